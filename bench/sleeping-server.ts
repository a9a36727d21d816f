/** An MCP server whose tools, named as arguments (default `sleep`), answer when `ms` milliseconds are over. */
import { answer, serveLines, tool } from "../test/support/servers/line-server.ts";

const [, , ...names] = process.argv;

serveLines({
  tools: (names.length === 0 ? ["sleep"] : names).map((name) => tool(name)),
  call: (id, { arguments: given = {} }) => {
    setTimeout(() => answer(id, { content: [], structuredContent: given }), Number(given["ms"]));
  },
});
