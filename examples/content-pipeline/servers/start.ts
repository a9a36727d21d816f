import { defineEnvelopeTool, serveEnvelopeTools, ToolError } from "tutti/server";

/*
 * An analytics server whose disk is full, to be put in the place of the real one: see README.md.
 */

const refusing = (name: string, readOnly: boolean) =>
  defineEnvelopeTool({
    name,
    description: "Cannot be done: the disk is full",
    inputSchema: { type: "object" },
    annotations: { readOnlyHint: readOnly, idempotentHint: true },
    execute: () => {
      throw new ToolError("the disk of the analytics server is full", { type: "External" });
    },
  });

await serveEnvelopeTools({
  name: "analytics",
  version: "0.1.0",
  tools: [refusing("track_content_creation", false), refusing("get_server_status", true)],
});
