// Run as a process of its own: node appending-process.ts DIRECTORY WRITERS
// Opens the journal, says "ready", and appends with so many writers at once, saying "EXECUTION SEQ" for each event that is
// acknowledged, until it is killed. With no writers it only holds the journal.
import { systemClock } from "../../src/base/clock.ts";
import { openJournal } from "../../src/sqlite/open-journal.ts";
import { eventsAfter, sampleStart, succeeded } from "./journal-samples.ts";

const [directory = "", writers = "0"] = process.argv.slice(2);
const journal = await openJournal({ directory, clock: systemClock });
console.log("ready");
// Ends with the process that started this one, in whatever way that goes.
process.stdin.resume().on("end", () => process.exit());

async function appendForEver(executionId: string): Promise<void> {
  await journal.create(sampleStart(executionId));
  for (let seq = 1; ; seq += 1) {
    console.log(`${executionId} ${seq}`);
    await journal.append(executionId, eventsAfter(seq, succeeded(`step-${seq}`, { text: "x".repeat(seq % 50 === 0 ? 300_000 : 100) })));
  }
}

await Promise.all(Array.from({ length: Number(writers) }, (_, place) => appendForEver(`${process.pid}-${place}`)));
