import { AppError } from "../core/errors.ts";

/**
 * A copy of a JSON value with `path=value` carried out in turn: `outputs.0=https://…`, `error={"code":7}`. The
 * value is JSON if it parses, else text. Missing objects and lists are made on the way.
 *
 * @throws {AppError} `E_BAD_SET`: no path, or one that leads nowhere.
 */
export function assign(json: unknown, assignments: readonly string[]): unknown {
  let root: unknown = structuredClone(json);
  for (const assignment of assignments) {
    const equals = assignment.indexOf("=");
    if (equals < 1) throw badAssignment(assignment, "it has no path before an equals sign");
    const path = assignment.slice(0, equals).split(".");
    root = withValue(root, path, parsed(assignment.slice(equals + 1)), assignment);
  }
  return root;
}

/**
 * A JSON body with assignments carried out, as `JSON.stringify` writes it.
 *
 * @throws {AppError} `E_NOT_JSON`, `E_BAD_SET`
 */
export function assignInBody(body: Uint8Array, assignments: readonly string[]): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(assign(decode(body), assignments)));
}

function decode(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch (cause) {
    throw new AppError("the body is not JSON, so nothing can be set in it", {
      code: "E_NOT_JSON",
      fault: "user",
      hint: "Leave out --set, or give JSON as --data.",
      cause,
    });
  }
}

function withValue(
  target: unknown,
  [key, ...rest]: readonly string[],
  value: unknown,
  assignment: string,
): unknown {
  if (key === undefined) return value;
  const container: unknown = isContainer(target) ? target : /^\d+$/.test(key) ? [] : {};
  if (Array.isArray(container)) {
    const index = /^\d+$/.test(key) ? Number(key) : Number.NaN;
    if (!(index <= container.length)) {
      throw badAssignment(assignment, `"${key}" is no place in a list of ${container.length}`);
    }
    container[index] = withValue(container[index], rest, value, assignment);
    return container;
  }
  const object = container as Record<string, unknown>;
  const member = Object.hasOwn(object, key) ? object[key] : undefined;
  // Defined rather than assigned: a member named __proto__ is a member like any other.
  Object.defineProperty(object, key, {
    value: withValue(member, rest, value, assignment),
    enumerable: true,
    configurable: true,
    writable: true,
  });
  return object;
}

const isContainer = (value: unknown): value is object => typeof value === "object" && value !== null;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function badAssignment(assignment: string, why: string): AppError {
  return new AppError(`cannot set "${assignment}": ${why}`, {
    code: "E_BAD_SET",
    fault: "user",
    hint: "Write a path and a value: --set outputs.0=https://example.test/a.png",
  });
}
