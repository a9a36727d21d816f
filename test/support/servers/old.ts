/** Speaks 2024-11-05 and nothing else: it does not know structured content, and refuses what came later. */
import { answerText, serveLines, tool } from "./line-server.ts";

serveLines({
  protocolVersion: "2024-11-05",
  tools: [tool("greet")],
  call: (id) => answerText(id, '{"greeting": "hello"}'),
});
