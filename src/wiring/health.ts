import { pagesBehindDamage } from "../store/log-frames.ts";
import { bundledSqliteVersion, hasCheckpointRace } from "../store/sqlite.ts";
import { databaseFile, dataDirectoryError, openStore } from "../store/store.ts";
import { checkTunnels } from "./tunnel.ts";

/** One thing that was looked at. A warning limits something, an error stops it. */
export interface Finding {
  readonly name: string;
  readonly status: "ok" | "warning" | "error";
  readonly detail: string;
}

interface HealthOptions {
  /** The data directory. */
  readonly dir: string;
  readonly project: string;
  readonly tunnelHost: string | undefined;
  /** Asks nobody over the network. */
  readonly offline: boolean;
}

/** Looks at everything that capturing needs; nothing is changed but that the data directory is made. */
export async function examineHealth(options: HealthOptions): Promise<Finding[]> {
  return [nodeFinding(), sqliteFinding(), await dataFinding(options.dir), ...(await checkTunnels(options))];
}

function nodeFinding(): Finding {
  return { name: "node", status: "ok", detail: `${process.version} on ${process.platform} ${process.arch}` };
}

function sqliteFinding(): Finding {
  const version = bundledSqliteVersion();
  return hasCheckpointRace(version)
    ? {
        name: "sqlite",
        status: "warning",
        detail: `${version}; before 3.51.3 writers must take turns, so capturing is slower: a newer Node has it`,
      }
    : { name: "sqlite", status: "ok", detail: version };
}

async function dataFinding(dir: string): Promise<Finding> {
  const name = "data directory";
  // Before the database is opened: who closes it last takes the log away.
  const unread = pagesBehindDamage(databaseFile(dir));
  if (unread > 0)
    return {
      name,
      status: "error",
      detail: `${dir}: its log is damaged, ${unread} pages behind the damage are not looked at. ${repairHint}`,
    };
  try {
    const store = openStore(dir);
    try {
      const { deliveries, owed } = store.reader.counts();
      const size = store.storedBytes();
      // Of a damaged one, SQLite has up to a hundred lines to say.
      const integrity = store.integrity().split("\n").slice(0, 2).join(" ");
      const detail = `${dir}: ${deliveries} deliveries, ${owed} owed, ${(size / 1024 ** 2).toFixed(1)} MiB, integrity ${integrity}`;
      if (integrity === "ok") return { name, status: "ok", detail };
      return { name, status: "error", detail: `${detail}. ${repairHint}` };
    } finally {
      await store.close();
    }
  } catch (error) {
    const { message, hint } = dataDirectoryError(dir, error);
    return { name, status: "error", detail: `${message}. ${hint}` };
  }
}

const repairHint = 'Run "hookspool doctor --repair": it saves what can be read.';
