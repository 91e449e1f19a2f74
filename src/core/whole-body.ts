import { hash } from "node:crypto";
import type { CapturedBody } from "./delivery.ts";

/** A body that stands in memory as a whole. */
export const wholeBody = (bytes: Uint8Array): CapturedBody => ({
  kind: "inline",
  bytes,
  size: bytes.length,
  digest: hash("sha256", bytes),
});
