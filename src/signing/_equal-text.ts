import { timingSafeEqual } from "node:crypto";

/** In constant time for texts of equal length; timingSafeEqual throws on others. */
export function isEqualText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
