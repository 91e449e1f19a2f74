// Written by scripts/registries.ts; do not edit.
import type { Format } from "./_format.ts";
import { curlFormat } from "./curl.ts";
import { fixtureFormat } from "./fixture.ts";
import { harFormat } from "./har.ts";
import { httpFormat } from "./http.ts";
import { jsonFormat } from "./json.ts";

export const formats = [
  curlFormat,
  fixtureFormat,
  harFormat,
  httpFormat,
  jsonFormat,
] as const satisfies readonly Format[];
