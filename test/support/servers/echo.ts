/** Does everything right: repeats its arguments, and tells what came beside them. */
import { answer, serveLines, tool } from "./line-server.ts";

serveLines({
  tools: [tool("echo", { annotations: { readOnlyHint: true } }), tool("meta")],
  call: (id, { name, arguments: given = {}, _meta = {} }) =>
    answer(id, { content: [], structuredContent: name === "meta" ? _meta : given }),
});
