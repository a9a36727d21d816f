/**
 * An MCP server that answers `answer` with a kilobyte, and never answers `hold`. When as many calls of `hold` have come as
 * its first argument says, it connects to the socket that is its second argument.
 */
import { connect } from "node:net";
import { answer, serveLines, tool } from "../test/support/servers/line-server.ts";

const [wanted = "1", socket = ""] = process.argv.slice(2);
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
    if (held === Number(wanted)) connect(socket).on("error", () => undefined);
  },
});
