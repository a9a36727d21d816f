/**
 * Writes down in the file that it is started with, which several of its kind may share, when each call begins and ends:
 * `+ NAME` and `- NAME`, by the name that it is started with. Its tool `work` takes as many milliseconds as it is told, or
 * as it is started with.
 */
import { appendFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { answer, serveLines, tool } from "./line-server.ts";

const [notes = "notes", name = "nobody", ms = "50"] = process.argv.slice(2);

serveLines({
  tools: [tool("work", { annotations: { readOnlyHint: true } })],
  call: (id, { arguments: given = {} }) => {
    appendFileSync(notes, `+ ${name}\n`);
    void wait(Number(given["ms"] ?? ms)).then(() => {
      appendFileSync(notes, `- ${name}\n`);
      answer(id, { content: [], structuredContent: { name } });
    });
  },
});
