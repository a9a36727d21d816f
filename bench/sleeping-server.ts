/** An MCP server with one tool, `sleep`, that answers when `ms` milliseconds are over. */
import { answer, serveLines, tool } from "../test/support/servers/line-server.ts";

serveLines({
  tools: [tool("sleep")],
  call: (id, { arguments: given = {} }) => {
    setTimeout(() => answer(id, { content: [], structuredContent: given }), Number(given["ms"]));
  },
});
