import type { IncomingMessage, ServerResponse } from "node:http";
import { AppError } from "../core/errors.ts";
import type { WebPorts } from "./ports.ts";
import type { About, Refused } from "./protocol.ts";
import { answered, routes } from "./routes.ts";

interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly ports: WebPorts;
  readonly about: () => About;
  readonly sendJson: (response: ServerResponse, status: number, value: unknown) => void;
}

/** Answers a request that has been let in. */
export async function answerApi({ request, response, ports, about, sendJson }: Asked): Promise<void> {
  const url = new URL(request.url ?? "/", "http://localhost");
  const path = url.pathname.replace(/^\/api\//, "");
  const here = routes.filter((route) => route.path.test(path));
  const route = here.find(({ method }) => method === request.method);
  if (!route)
    return here.length > 0 ? sendJson(response, 405, wrongMethod) : sendJson(response, 404, gone(path));

  const params = (route.path.exec(path) ?? []).slice(1).map(Number);
  if (!params.every(Number.isSafeInteger)) return sendJson(response, 404, gone(path));
  try {
    const value = await route.answer({ params, words: url.searchParams, request, response, ports, about });
    if (value === answered) return;
    if (value === undefined) sendJson(response, 404, gone(path));
    else sendJson(response, 200, value);
  } catch (error) {
    if (error instanceof AppError && !response.headersSent) sendJson(response, 409, refused(error));
    else throw error;
  }
}

const refused = ({ code, message, hint }: AppError): Refused => ({ code, message, hint });

function gone(path: string): Refused {
  const [, id] = /^deliveries\/(\d+)/.exec(path) ?? [];
  if (id === undefined) return { code: "E_NOT_FOUND", message: "there is nothing here", hint: "" };
  return {
    code: "E_NO_DELIVERY",
    message: `there is no delivery ${id}`,
    hint: "It was forgotten meanwhile.",
  };
}

const wrongMethod: Refused = { code: "E_METHOD", message: "that cannot be asked of this", hint: "" };
