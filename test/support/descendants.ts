import { execFileSync } from "node:child_process";

interface Process {
  readonly pid: number;
  readonly args: string;
}

/** The processes that a process has started, and those that they have started. */
export function descendantsOf(parent: number): Process[] {
  const table = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" })
    .split("\n")
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .map((row) => ({ pid: Number(row?.[1]), parent: Number(row?.[2]), args: row?.[3] ?? "" }));
  const below = (of: number): Process[] =>
    table.filter((row) => row.parent === of).flatMap(({ pid, args }) => [{ pid, args }, ...below(pid)]);
  // What lists them is one of them.
  return below(parent).filter(({ args }) => !args.startsWith("ps -A"));
}
