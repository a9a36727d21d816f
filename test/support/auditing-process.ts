// Run as a process of its own: node auditing-process.ts DIRECTORY COUNT
// Says "ready", waits for its stdin to say something, writes so many entries to the audit log of the directory, saying the
// number of each that is acknowledged, and closes the log. With COUNT 0 it writes until it is killed.
import { once } from "node:events";
import { systemClock } from "../../src/base/clock.ts";
import { openAuditLog } from "../../src/sqlite/audit-log.ts";
import { sampleEntry } from "./audit-samples.ts";

const [directory = "", count = "0"] = process.argv.slice(2);
const last = count === "0" ? Number.POSITIVE_INFINITY : Number(count);
await using log = await openAuditLog({ directory, clock: systemClock });
console.log("ready");
await once(process.stdin, "data");
// Ends with the process that started this one, in whatever way that goes.
process.stdin.on("end", () => process.exit());
process.stdin.unref();
for (let place = 1; place <= last; place += 1) {
  await log.record(sampleEntry(place, { requestId: `${process.pid}-${place}` }));
  console.log(`${process.pid}-${place}`);
}
