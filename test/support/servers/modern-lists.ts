/**
 * Speaks 2026-07-28, and never says that its tools have changed: each list has one more than the last. Its arguments say
 * how long each page of a list may be kept, in milliseconds.
 */
import { answer, refuse, serveLines, tool } from "./line-server.ts";

const ttls = process.argv.slice(2);
let listed = 0;

serveLines({
  other: ({ id, method, params = {} }) => {
    const complete = { resultType: "complete", ttlMs: 0, cacheScope: "private" };
    if (method === "server/discover") answer(id, { ...complete, supportedVersions: ["2026-07-28"], capabilities: { tools: {} } });
    else if (method === "tools/list") answer(id, page(Number(params.cursor ?? 0)));
    else if (method === "tools/call") answer(id, { ...complete, content: [{ type: "text", text: `listed ${listed} times` }] });
    else refuse(id, -32_601, "Method not found");
    return true;
  },
});

function page(number: number): object {
  if (number === 0) listed += 1;
  return {
    resultType: "complete",
    cacheScope: "private",
    ttlMs: Number(ttls[number]),
    ...(number + 1 < ttls.length ? { nextCursor: String(number + 1) } : {}),
    tools: number === 0 ? Array.from({ length: listed }, (_, index) => tool(`tool_${index}`)) : [],
  };
}
