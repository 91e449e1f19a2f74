/** A process that writes rows and checkpoints, in turns with others: `node write-in-turns.ts <file> <rows>`. */
import { openDatabase } from "../../src/store/sqlite.ts";

const [file = "", rows = "0"] = process.argv.slice(2);
const database = openDatabase(file, { checkpoints: "automatic", takeTurns: true });
database.exec("CREATE TABLE IF NOT EXISTS rows (process INTEGER, number INTEGER, filler TEXT)");
for (let number = 1; number <= Number(rows); number += 1) {
  database.transaction(() =>
    database.statement("INSERT INTO rows VALUES (?, ?, ?)").run(process.pid, number, "x".repeat(5_000)),
  );
  if (number % 10 === 0) database.checkpoint("RESTART");
}
database.close();
