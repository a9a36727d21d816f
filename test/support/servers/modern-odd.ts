/** Speaks 2026-07-28 without the SDK: its list has tools that no schema would let through, and its results miss what they need. */
import { answer, refuse, serveLines, tool } from "./line-server.ts";

const COMPLETE = { resultType: "complete", ttlMs: 0, cacheScope: "private" };
const ODD = { name: "odd", title: 3, inputSchema: { type: ["object"], properties: {} }, annotations: { readOnlyHint: "yes" } };

serveLines({
  other: ({ id, method, params = {} }) => {
    if (method === "server/discover") answer(id, { ...COMPLETE, supportedVersions: ["2026-07-28"], capabilities: { tools: {} } });
    else if (method === "tools/list")
      answer(id, { ...COMPLETE, tools: [tool("good"), ODD, { name: "bare" }, { inputSchema: {} }, "tool"] });
    else if (method !== "tools/call") refuse(id, -32_601, "Method not found");
    else if (params.name === "odd") answer(id, { resultType: "task", taskId: "1" });
    else if (params.name === "bare") answer(id, { content: [] });
    else answer(id, { ...COMPLETE, content: [{ type: "text", text: "fine" }] });
    return true;
  },
});
