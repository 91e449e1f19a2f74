import { expect, test } from "vitest";
import { clipboardProgram } from "../../src/cli/clipboard.ts";

test.each<[string, NodeJS.Platform, Record<string, string>, string | undefined]>([
  ["macOS", "darwin", {}, "pbcopy"],
  ["Windows", "win32", {}, "clip.exe"],
  ["Windows' Linux", "linux", { WSL_DISTRO_NAME: "Ubuntu", DISPLAY: ":0" }, "clip.exe"],
  ["Wayland", "linux", { WAYLAND_DISPLAY: "wayland-0", DISPLAY: ":0" }, "wl-copy"],
  ["X11", "linux", { DISPLAY: ":0" }, "xclip"],
  ["a terminal without a screen", "linux", {}, undefined],
  ["another machine's screen", "darwin", { SSH_CONNECTION: "10.0.0.1 1 10.0.0.2 22" }, undefined],
])("on %s the clipboard's program is known", (_case, platform, environment, program) => {
  expect(clipboardProgram(environment, platform)?.[0]).toBe(program);
});
