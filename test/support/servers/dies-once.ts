/** Dies in the middle of the first call of each tool, and does what it is asked from then on. What it did is in the file `done`. */
import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import { answer, serveLines, tool } from "./line-server.ts";

serveLines({
  tools: [tool("act"), tool("other")],
  call: (id, { name, arguments: given = {} }) => {
    const mark = `${name}.died`;
    if (!existsSync(mark)) {
      writeFileSync(mark, "");
      process.exit(9);
    }
    appendFileSync("done", `${name} ${JSON.stringify(given)}\n`);
    answer(id, { content: [], structuredContent: { done: name, ...given } });
  },
});
