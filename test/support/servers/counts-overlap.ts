/** Has one tool, `work`, that takes a moment and tells how many of its calls were under way at once so far. */
import { defineEnvelopeTool, serveEnvelopeTools, ToolError } from "../../../src/server.ts";

let running = 0;
let most = 0;

const work = defineEnvelopeTool({
  name: "work",
  description: "Takes a moment",
  inputSchema: { type: "object" },
  outputSchema: { type: "object", properties: { most: { type: "integer" } }, required: ["most"] },
  annotations: { readOnlyHint: true },
  async execute({ data }) {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, 100));
    running -= 1;
    if (data.parameters["fail"] !== undefined) throw new ToolError(`failed as told: ${JSON.stringify(data.parameters["fail"])}`);
    return { most };
  },
});

const server = await serveEnvelopeTools(
  { name: "overlap", version: "1.0.0", tools: [work] },
  process.argv.includes("websocket") ? { kind: "websocket", port: 0 } : { kind: "stdio" },
);
if (server.url !== undefined) process.stdout.write(`${server.url}\n`);
