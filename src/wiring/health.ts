import { statSync } from "node:fs";
import { AppError } from "../core/errors.ts";
import { bundledSqliteVersion, hasCheckpointRace } from "../store/sqlite.ts";
import { databaseFile, openStore } from "../store/store.ts";
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
  try {
    const store = openStore(dir);
    try {
      const { deliveries, owed } = store.reader.counts();
      const size = statSync(databaseFile(dir)).size;
      const integrity = store.integrity();
      const detail = `${dir}: ${deliveries} deliveries, ${owed} owed, ${(size / 1024 ** 2).toFixed(1)} MiB, integrity ${integrity}`;
      return { name, status: integrity === "ok" ? "ok" : "error", detail };
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { name, status: "error", detail: `${error.message}. ${error.hint}` };
  }
}
