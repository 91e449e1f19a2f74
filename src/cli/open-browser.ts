import { spawn } from "node:child_process";

/** How long a program that opens browsers may take to say that it cannot, in ms. */
const PATIENCE_MS = 2_000;

/** Opens a web address in the person's browser; resolves to `false` where that cannot be done here. */
export async function openBrowser(url: string): Promise<boolean> {
  // What strangers sent may stand here: a file or another program's scheme is not for a key press to open.
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? "")) return false;
  const [program, args] = opener(process.platform, URL.parse(url)?.href ?? "");
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: "ignore", detached: true });
    const patience = setTimeout(() => resolve(true), PATIENCE_MS);
    const settle = (opened: boolean) => {
      clearTimeout(patience);
      resolve(opened);
    };
    child.once("error", () => settle(false));
    child.once("exit", (code) => settle(code === 0));
    child.unref();
  });
}

/** Without a shell: an address may hold anything that means something to one. */
function opener(platform: NodeJS.Platform, url: string): readonly [string, readonly string[]] {
  if (platform === "darwin") return ["open", [url]];
  if (platform === "win32") return ["rundll32", ["url.dll,FileProtocolHandler", url]];
  return ["xdg-open", [url]];
}
