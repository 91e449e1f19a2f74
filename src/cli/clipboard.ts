import { spawn } from "node:child_process";

/** What terminals take at most, base64 included. */
const MOST_TERMINAL_BYTES = 100_000;

/**
 * Puts a text on the clipboard, both ways: OSC 52, by which the terminal sets that of the machine that the person
 * sits at, over SSH too; and the system's own, for terminals that leave OSC 52 alone. `false` where neither can.
 */
export function copyText(text: string, output: NodeJS.WriteStream): boolean {
  const encoded = Buffer.from(text).toString("base64");
  const fits = encoded.length <= MOST_TERMINAL_BYTES;
  if (fits) output.write(`\u001b]52;c;${encoded}\u0007`);
  const program = clipboardProgram(process.env, process.platform);
  if (program) pipeTo(program, text);
  return fits || program !== undefined;
}

/** The system's own; `undefined` where there is no screen here that it could belong to. */
export function clipboardProgram(
  environment: NodeJS.ProcessEnv,
  platform: NodeJS.Platform,
): readonly [string, ...string[]] | undefined {
  // On another machine's screen its clipboard would be the wrong one.
  if (environment.SSH_CONNECTION) return undefined;
  if (platform === "darwin") return ["pbcopy"];
  if (platform === "win32" || environment.WSL_DISTRO_NAME) return ["clip.exe"];
  if (environment.WAYLAND_DISPLAY) return ["wl-copy"];
  if (environment.DISPLAY) return ["xclip", "-selection", "clipboard"];
  return undefined;
}

/** Where there is no such program, the terminal's way has to do. */
function pipeTo([program, ...args]: readonly [string, ...string[]], text: string): void {
  const child = spawn(program, args, { stdio: ["pipe", "ignore", "ignore"] });
  child.on("error", () => {});
  child.stdin.on("error", () => {});
  // clip.exe reads what has no mark as the system's old code page.
  const isClip = program === "clip.exe";
  child.stdin.end(isClip ? Buffer.from(`\ufeff${text}`, "utf16le") : text);
  child.unref();
}
