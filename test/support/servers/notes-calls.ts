/**
 * Writes down when each call came, as `MILLISECONDS TOOL`, in the file that it is started with. Answers `look` a little
 * later with a number that is different each time, and `mend` with an internal error for as long as there is a file of
 * that name with `.broken` after it.
 */
import { appendFileSync, existsSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { answer, refuse, serveLines, tool } from "./line-server.ts";

const notes = process.argv[2] ?? "notes";
let calls = 0;

serveLines({
  tools: ["look", "mend"].map((name) => tool(name, { annotations: { readOnlyHint: true } })),
  call: (id, { name }) => {
    appendFileSync(notes, `${Date.now()} ${name}\n`);
    calls += 1;
    const number = calls;
    if (name === "mend" && existsSync(`${notes}.broken`)) refuse(id, -32_603, "it is broken");
    else void wait(30).then(() => answer(id, { content: [], structuredContent: { number } }));
  },
});
