// Counts the runs on record: an episode that was begun is in the log, and over.
import { readFileSync } from "node:fs";
const runs = readFileSync(0, "utf8").trim().split("\n").map((line) => JSON.parse(line));
console.log(`${runs.length} records of runs`);
if (runs.length < 100) throw new Error("the episodes are not on record");
