/** Has the tools that the variable TOOLS says, as JSON, and answers each call with its arguments. */
import { answer, serveLines } from "./line-server.ts";

const tools = JSON.parse(process.env["TOOLS"] ?? "[]") as readonly object[];

serveLines({
  tools,
  call: (id, { arguments: given = {} }) => answer(id, { content: [], structuredContent: given }),
});
