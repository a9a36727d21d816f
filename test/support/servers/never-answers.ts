/** Never answers a call and does not stop when it is told to; tells which calls it was told to stop, and on stderr which have come. */
import { answer, serveLines, tool } from "./line-server.ts";

const told: (string | number)[] = [];

serveLines({
  tools: [tool("wait"), tool("told")],
  call: (id, { name }) => {
    process.stderr.write(`a call of ${name} has come\n`);
    if (name === "told") answer(id, { content: [], structuredContent: { told: told.length } });
  },
  other: ({ method, params }) => {
    if (method === "notifications/cancelled" && params?.requestId !== undefined) told.push(params.requestId);
    return false;
  },
});
