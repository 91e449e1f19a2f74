import { readFileSync, writeFileSync } from "node:fs";

/** Puts a text between `<!-- name -->` and `<!-- /name -->` of a document. */
export function writeBetween(file: string, name: string, text: string): void {
  const between = new RegExp(`(<!-- ${name} -->\\n)[\\s\\S]*?(<!-- /${name} -->)`);
  const document = readFileSync(file, "utf8");
  if (!between.test(document)) throw new Error(`${file} has no <!-- ${name} --> to write after`);
  writeFileSync(
    file,
    document.replace(between, (_, begin: string, end: string) => `${begin}${text}\n${end}`),
  );
}
