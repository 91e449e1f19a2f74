/**
 * The full-text index: SQLite's FTS5 in a file of its own beside the database. So indexing never holds up a commit,
 * a damaged index costs no delivery, and a Node whose SQLite has no FTS5 (22.13) works, more slowly. What it holds is
 * one stretch of numbers, in one transaction with the texts: a search looks through everything else itself, and is
 * right whatever has been indexed so far.
 */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Phrase } from "../inspect/search-text.ts";
import type { Range } from "./spans.ts";
import { type Database, openDatabase } from "./sqlite.ts";

export interface SearchIndex {
  /** The numbers that were looked at; `undefined` where none were. */
  range(): Range | undefined;
  /** The newest of a range that have all phrases, newest first. */
  find(phrases: readonly Phrase[], range: Range, limit: number): number[];
  /** Takes texts in, in one transaction, unless another process has changed meanwhile what is indexed. */
  add(texts: readonly IndexedText[], extension: Extension): void;
  remove(ids: readonly number[]): void;
  /** Numbers that have a text, from one on, ascending. */
  ids(from: number, limit: number): number[];
  /** Gives free pages back to the disk, a few at a time; whether there are more. */
  shrink(): boolean;
  close(): void;
}

interface IndexedText {
  readonly id: number;
  readonly text: string;
}

/** From what is indexed to what will be. */
interface Extension {
  readonly from: Range | undefined;
  readonly to: Range;
}

/** Changes with what is indexed and how; an index of another version is made anew. */
const VERSION = 1;

const indexFile = (directory: string) => join(directory, "search.db");

/**
 * The index as it is; `undefined` where there is none that can be read here. With `make`, it is made where there is
 * none and made anew where it is damaged or another version's; `undefined` then means that this SQLite has no FTS5.
 *
 * @throws whatever SQLite says of a disk that is full or a file that is locked away
 */
export function openSearchIndex(
  directory: string,
  { make }: { readonly make: boolean },
): SearchIndex | undefined {
  const file = indexFile(directory);
  if (!make && !existsSync(file)) return undefined;
  try {
    return open(file, make);
  } catch (error) {
    if (!isDamage(error)) throw error;
    if (!make) return undefined;
    removeSearchIndex(directory);
    return open(file, make);
  }
}

export function removeSearchIndex(directory: string): void {
  for (const end of ["", "-wal", "-shm"]) rmSync(indexFile(directory) + end, { force: true });
}

/** Whether the file is not, or no longer, what SQLite can read. */
export function isDamage(error: unknown): boolean {
  return error instanceof Error && /malformed|not a database|corrupt/i.test(error.message);
}

function open(file: string, make: boolean): SearchIndex | undefined {
  const database = openDatabase(file, { checkpoints: "automatic", givesSpaceBack: true });
  try {
    if (hasFullText(database)) {
      if (make && versionOf(database) !== VERSION) create(database);
      if (versionOf(database) === VERSION) return indexOver(database);
    }
  } catch (error) {
    database.close();
    throw error;
  }
  database.close();
  return undefined;
}

function create(database: Database): void {
  database.transaction(() => {
    // Another process may have been quicker.
    if (versionOf(database) === VERSION) return;
    database.exec(`
      DROP TABLE IF EXISTS texts;
      DROP TABLE IF EXISTS indexed;
      CREATE VIRTUAL TABLE texts USING fts5
        (text, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0');
      CREATE TABLE indexed (top INTEGER NOT NULL, bottom INTEGER NOT NULL) STRICT;
      PRAGMA user_version = ${VERSION};
    `);
  });
}

const hasFullText = (database: Database) =>
  database.statement("SELECT 1 FROM pragma_compile_options WHERE compile_options = 'ENABLE_FTS5'").get() !==
  undefined;

const versionOf = (database: Database) =>
  Number(database.statement("PRAGMA user_version").get()?.user_version);

/** Pages given back in one transaction: a ms or two. */
const SHRINK_PAGES = 256;

function indexOver(database: Database): SearchIndex {
  const range = () => database.statement("SELECT top, bottom FROM indexed").get() as Range | undefined;
  return {
    range,
    find: (phrases, { top, bottom }, limit) =>
      database
        .statement(
          "SELECT rowid FROM texts WHERE texts MATCH ? AND rowid <= ? AND rowid >= ? ORDER BY rowid DESC LIMIT ?",
        )
        .all(matchQuery(phrases), top, bottom, limit)
        .map(({ rowid }) => rowid as number),
    add: (texts, { from, to }) =>
      database.transaction(() => {
        const now = range();
        if (now?.top !== from?.top || now?.bottom !== from?.bottom) return;
        const insert = database.statement("INSERT INTO texts (rowid, text) VALUES (?, ?)");
        for (const { id, text } of texts) insert.run(id, text);
        database.exec("DELETE FROM indexed");
        database.statement("INSERT INTO indexed (top, bottom) VALUES (?, ?)").run(to.top, to.bottom);
      }),
    remove(ids) {
      database.transaction(() => {
        const remove = database.statement("DELETE FROM texts WHERE rowid = ?");
        for (const id of ids) remove.run(id);
      });
    },
    ids: (from, limit) =>
      database
        .statement("SELECT id FROM texts_docsize WHERE id >= ? ORDER BY id LIMIT ?")
        .all(from, limit)
        .map(({ id }) => id as number),
    shrink: () => database.shrink(SHRINK_PAGES),
    close: () => database.close(),
  };
}

/** The phrases as FTS5 is asked for them. They are letters and digits, so nothing has to be escaped. */
const matchQuery = (phrases: readonly Phrase[]) =>
  phrases.map(({ runs, isBeginning }) => `"${runs.join(" ")}"${isBeginning ? " *" : ""}`).join(" ");
