/** What the keeper of a program says of it. */
export type ProgramReport =
  | { readonly type: "started"; readonly pid: number }
  | { readonly type: "ended"; readonly by: string };
