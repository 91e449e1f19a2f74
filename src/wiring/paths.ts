import { homedir } from "node:os";
import { join } from "node:path";

/** Where deliveries are kept when nobody says otherwise: each system's own place for a program's data. */
export function defaultDataDirectory(
  environment: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): string {
  const home = homedir();
  switch (platform) {
    case "darwin":
      return join(home, "Library", "Application Support", "hookspool");
    case "win32":
      return join(environment.LOCALAPPDATA ?? join(home, "AppData", "Local"), "hookspool");
    default:
      return join(environment.XDG_DATA_HOME || join(home, ".local", "share"), "hookspool");
  }
}

/** Where the person's own settings are, for all projects. */
export function userConfigFile(
  environment: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): string {
  const home = homedir();
  const folder =
    platform === "win32"
      ? join(environment.APPDATA ?? join(home, "AppData", "Roaming"), "hookspool")
      : join(environment.XDG_CONFIG_HOME || join(home, ".config"), "hookspool");
  return join(folder, "config.json");
}

/** The project's own settings, in the folder where the command is run. */
export const PROJECT_CONFIG_FILE = "hookspool.config.json";
