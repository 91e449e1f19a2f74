import { indentJson } from "./pretty.ts";

/** A value of a JSON text that holds no others, exactly as it was sent. */
export interface JsonLeaf {
  /** Dotted, array indices as numbers: `data.0.url`; empty where the text is one value. */
  readonly path: string;
  /** A string with its quotes, a number with its digits; `{}` and `[]` where nothing is inside. */
  readonly text: string;
}

/** Deeper ones are hostile: their paths would take more memory than the text. */
const DEEPEST = 200;

/** The leaves of a JSON object or array in their order; `undefined` where the text is neither, or nests too deep. */
export function jsonLeaves(text: string): JsonLeaf[] | undefined {
  const lines = indentJson(text);
  if (!lines || lines.some(({ depth }) => depth > DEEPEST)) return undefined;
  const leaves: JsonLeaf[] = [];
  const containers: Container[] = [];
  let name: string | undefined;
  for (const { kind, text } of lines.flatMap(({ tokens }) => tokens)) {
    const inside = containers.at(-1);
    if (kind === "key") name = keyText(text);
    else if (text === "{" || text === "[")
      containers.push({ name: nameIn(inside, name), isArray: text === "[", count: 0 });
    else if (text === "}" || text === "]") {
      const ended = containers.pop();
      if (ended?.count === 0 && containers.length > 0)
        leaves.push({ path: pathOf([...containers, ended]), text: ended.isArray ? "[]" : "{}" });
      count(containers.at(-1));
    } else if (kind !== "punctuation") {
      leaves.push({ path: pathOf([...containers, { name: nameIn(inside, name) }]), text });
      count(inside);
    }
  }
  return leaves;
}

interface Container {
  readonly name: string | undefined;
  readonly isArray: boolean;
  /** How many values it has so far. */
  count: number;
}

const nameIn = (inside: Container | undefined, name: string | undefined) =>
  inside?.isArray ? String(inside.count) : name;

function count(container: Container | undefined): void {
  if (container) container.count += 1;
}

/** The outermost container has no name. */
const pathOf = (names: readonly Pick<Container, "name">[]) =>
  names
    .slice(1)
    .map(({ name }) => name)
    .join(".");

function keyText(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}
