/** An MCP server that answers `answer` with a kilobyte, and never answers `hold`. Writes "held" to stderr when as many calls as its argument says have come. */
import { answer, serveLines, tool } from "../test/support/servers/line-server.ts";

const wanted = Number(process.argv[2]);
const read = { annotations: { readOnlyHint: true } };
let held = 0;

serveLines({
  tools: [tool("answer", read), tool("hold", read)],
  call: (id, { name }) => {
    if (name === "answer") {
      answer(id, { content: [], structuredContent: { text: "x".repeat(1_000) } });
      return;
    }
    held += 1;
    if (held === wanted) process.stderr.write("held\n");
  },
});
