import { closeSync, openSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Option } from "commander";
import { AppError, systemCode } from "../../core/errors.ts";
import { resolveSelectors } from "../../core/selector.ts";
import type { ExportedDelivery, Format } from "../../formats/_format.ts";
import { formats } from "../../formats/_registry.ts";
import { exportDelivery, formatNamed } from "../../inspect/export.ts";
import { jsonLine } from "../../log/json.ts";
import type { Store } from "../../store/store.ts";
import { lastTargetKey } from "../../wiring/capture-protocol.ts";
import type { Context } from "../context.ts";
import type { CommandDefinition } from "./_command.ts";

interface Options {
  readonly format: string;
  readonly out?: string;
  readonly reveal?: boolean;
}

export const exportCommand: CommandDefinition = {
  usage: "export <deliveries...>",
  description: "write deliveries down for other tools; secrets are masked",
  examples: [
    "hookspool export latest --format curl",
    "hookspool export 3..7 --format har --out session.har",
    "hookspool export 12,14 --format fixture --out test/fixtures/",
    "hookspool export latest --format http --reveal > request.http",
  ],
  define(command) {
    command
      .addOption(
        new Option("--format <name>", "how").choices(formats.map(({ name }) => name)).default("json"),
      )
      .option("--out <path>", "into this file, or into this folder (default: stdout); never overwrites")
      .option("--reveal", "leave signatures, tokens and cookies as they are")
      .addHelpText("after", () => `\nFormats:\n${formatList()}`);
  },
  run: (context, words) =>
    exportDeliveries(context, words.arguments[0] as string[], words.options as unknown as Options),
};

const formatList = () => formats.map(({ name, about }) => `  ${name.padEnd(8)}  ${about}\n`).join("");

async function exportDeliveries(
  context: Context,
  names: readonly string[],
  { format: name, out, reveal }: Options,
): Promise<undefined> {
  const format = formatNamed(name);
  await context.withStore(async (store) => {
    const ids = resolveSelectors(names, store.reader);
    if (out === undefined) {
      if (ids.length > 1 && !format.holdsMany) throw oneEach(format);
      for (const piece of format.write(read(store, ids, reveal))) await context.write(piece);
      return;
    }
    for (const { file, of } of documents(out, format, ids)) {
      writeNew(file, format.write(read(store, of, reveal)));
      if (context.json) await context.write(jsonLine({ v: 1, type: "exported", file, deliveries: of }));
      else context.talk(`${file}: ${of.length === 1 ? `delivery ${of[0]}` : `${of.length} deliveries`}\n`);
    }
  });
  return undefined;
}

/** One at a time: a history may be larger than memory. */
function* read(
  { reader, recall }: Store,
  ids: readonly number[],
  reveal = false,
): Generator<ExportedDelivery> {
  const target = recall(lastTargetKey);
  for (const id of ids) {
    const exported = exportDelivery(reader, id, { target, reveals: reveal });
    // What another process has forgotten meanwhile is left out.
    if (exported) yield exported;
  }
}

interface Document {
  readonly file: string;
  readonly of: readonly number[];
}

function documents(out: string, { holdsMany, extension }: Format, ids: readonly number[]): Document[] {
  const isFolder = /[/\\]$/.test(out) || statSync(out, { throwIfNoEntry: false })?.isDirectory();
  if (ids.length > 1 && !holdsMany)
    return ids.map((id) => ({ file: join(out, `delivery-${id}.${extension}`), of: [id] }));
  const name = ids.length === 1 ? `delivery-${ids[0]}` : "deliveries";
  return [{ file: isFolder ? join(out, `${name}.${extension}`) : out, of: ids }];
}

/** @throws {AppError} E_FILE */
function writeNew(file: string, pieces: Iterable<string | Uint8Array>): void {
  try {
    const descriptor = openSync(file, "wx", 0o600);
    try {
      for (const piece of pieces) writeAll(descriptor, Buffer.from(piece as string));
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    throw new AppError(
      `${file} cannot be written: ${reasons[systemCode(error) ?? ""] ?? (error as Error).message}`,
      {
        code: "E_FILE",
        fault: "user",
        hint: "Name another file or folder with --out.",
        cause: error,
      },
    );
  }
}

const reasons: Readonly<Record<string, string>> = {
  EEXIST: "it exists, and nothing is overwritten",
  ENOENT: "its folder does not exist",
  EACCES: "it may not be written to",
  ENOSPC: "the disk is full",
};

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
}

function oneEach({ name }: Format): AppError {
  return new AppError(`a ${name} document holds one delivery`, {
    code: "E_USAGE",
    fault: "user",
    hint: "Name a folder for one file each: --out folder/",
  });
}
