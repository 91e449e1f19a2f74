/**
 * The full-text index: SQLite's FTS5 in a file of its own beside the database. So indexing never holds up a commit,
 * a damaged index costs no delivery, and a Node without FTS5 (22 before 22.15) works, more slowly. What it holds is
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
  /** Takes texts in, in one transaction, unless another process has changed what is indexed since `extend` was read. */
  add(texts: readonly IndexedText[], extend: Extension): boolean;
  remove(ids: readonly number[]): void;
  /** Numbers of deliveries that were indexed, from one on, ascending. */
  ids(from: number, limit: number): number[];
  close(): void;
}

export interface IndexedText {
  readonly id: number;
  readonly text: string;
}

/** From what is indexed to what will be. */
export interface Extension {
  readonly from: Range | undefined;
  readonly to: Range;
}

/** Grows with what is indexed or how: an index of another version is made anew. */
const VERSION = 1;

const searchIndexFile = (directory: string) => join(directory, "search.db");

/** The index for reading; `undefined` where there is none yet, or none that can be read here. */
export function openSearchIndex(directory: string): SearchIndex | undefined {
  const file = searchIndexFile(directory);
  return existsSync(file) ? attempt(() => open(file)) : undefined;
}

/** The index for writing, made where there is none or a bad one; `undefined` where this SQLite has no FTS5. */
export function makeSearchIndex(directory: string): SearchIndex | undefined {
  const file = searchIndexFile(directory);
  const found = openSearchIndex(directory);
  if (found) return found;
  removeSearchIndex(directory);
  return attempt(() => {
    make(file);
    return open(file);
  });
}

function removeSearchIndex(directory: string): void {
  for (const end of ["", "-wal", "-shm"]) rmSync(searchIndexFile(directory) + end, { force: true });
}

function make(file: string): void {
  const database = openDatabase(file, { checkpoints: "automatic", givesSpaceBack: true });
  try {
    database.transaction(() => {
      if (versionOf(database) === VERSION) return;
      database.exec(`
        CREATE VIRTUAL TABLE texts USING fts5
          (text, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0');
        CREATE TABLE indexed (top INTEGER NOT NULL, bottom INTEGER NOT NULL) STRICT;
        PRAGMA user_version = ${VERSION};
      `);
    });
  } finally {
    database.close();
  }
}

/** @throws where it is no such index */
function open(file: string): SearchIndex {
  const database = openDatabase(file, { checkpoints: "automatic" });
  try {
    if (versionOf(database) !== VERSION) throw new Error("an index of another version");
    // Fails where there is no FTS5.
    database.statement("SELECT rowid FROM texts LIMIT 0").all();
  } catch (error) {
    database.close();
    throw error;
  }

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
        if (now?.top !== from?.top || now?.bottom !== from?.bottom) return false;
        const insert = database.statement("INSERT INTO texts (rowid, text) VALUES (?, ?)");
        for (const { id, text } of texts) insert.run(id, text);
        database.exec("DELETE FROM indexed");
        database.statement("INSERT INTO indexed (top, bottom) VALUES (?, ?)").run(to.top, to.bottom);
        return true;
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
    close: () => database.close(),
  };
}

/** The phrases as FTS5 is asked for them. They are letters and digits, so nothing has to be escaped. */
const matchQuery = (phrases: readonly Phrase[]) =>
  phrases.map(({ runs, isBeginning }) => `"${runs.join(" ")}"${isBeginning ? " *" : ""}`).join(" ");

const versionOf = (database: Database) =>
  Number(database.statement("PRAGMA user_version").get()?.user_version);

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
