import type { Context } from "./context.ts";

/** The flag that makes a suggested command find the same data. */
export const dirFlag = ({ dir, dirGiven }: Pick<Context, "dir" | "dirGiven">) =>
  dirGiven ? ` --dir ${/\s/.test(dir) ? JSON.stringify(dir) : dir}` : "";
