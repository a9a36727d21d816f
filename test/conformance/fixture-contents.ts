import { fromJsonSchema } from "@modelcontextprotocol/server";
import type { CallToolResult, McpServer } from "@modelcontextprotocol/server";
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import type { FixtureWorld } from "./fixture-world.ts";

/** One red pixel. */
export const IMAGE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
/** Next to no sound. */
const AUDIO = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=";

type Content = CallToolResult["content"][number];

const CONTENTS: Readonly<Record<string, readonly Content[]>> = {
  test_simple_text: [{ type: "text", text: "This is a simple text response for testing." }],
  test_image_content: [{ type: "image", data: IMAGE, mimeType: "image/png" }],
  test_audio_content: [{ type: "audio", data: AUDIO, mimeType: "audio/wav" }],
  test_embedded_resource: [
    {
      type: "resource",
      resource: { uri: "test://embedded-resource", mimeType: "text/plain", text: "This is an embedded resource content." },
    },
  ],
  test_multiple_content_types: [
    { type: "text", text: "Multiple content types test:" },
    { type: "image", data: IMAGE, mimeType: "image/png" },
    {
      type: "resource",
      resource: { uri: "test://mixed-content-resource", mimeType: "application/json", text: '{"test":"data","value":123}' },
    },
  ],
  test_streaming_elicitation: [{ type: "text", text: "nothing was asked" }],
};

/** Tools that only answer, whatever they are asked, and those that tell something on the way. */
export function addContents(server: McpServer, world: FixtureWorld): void {
  for (const [name, content] of Object.entries(CONTENTS)) {
    server.registerTool(name, { description: `Answers with ${content.length} parts`, inputSchema: z.object({}) }, () => ({
      content: [...content],
    }));
  }
  server.registerTool("test_error_handling", { description: "Fails", inputSchema: z.object({}) }, () => {
    throw new Error("This tool intentionally returns an error for testing");
  });
  server.registerTool(
    "test_tool_with_logging",
    { description: "Logs while it works", inputSchema: z.object({}) },
    async (_, { mcpReq }) => {
      for (const data of ["Tool execution started", "Tool processing data", "Tool execution completed"]) {
        await mcpReq.notify({ method: "notifications/message", params: { level: "info", data } });
        await pause(50);
      }
      return said("logged");
    },
  );
  server.registerTool(
    "test_tool_with_progress",
    { description: "Tells how far it is", inputSchema: z.object({}) },
    async (_, { mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken;
      for (const progress of progressToken === undefined ? [] : [0, 50, 100]) {
        await mcpReq.notify({ method: "notifications/progress", params: { progressToken: progressToken ?? 0, progress, total: 100 } });
        await pause(50);
      }
      return said("done");
    },
  );
  server.registerTool(
    "test_logging_tool",
    { description: "Logs where that is wanted", inputSchema: z.object({}) },
    async (_, { mcpReq }) => {
      await mcpReq.log("info", "at work");
      return said("logged");
    },
  );
  server.registerTool(
    "test_reconnection",
    { description: "Hangs up before it answers", inputSchema: z.object({}) },
    async (_, { http }) => {
      http?.closeSSE?.();
      await pause(100);
      return said("answered after all");
    },
  );
  for (const [name, kind] of [
    ["test_trigger_tool_change", "tools_list_changed"],
    ["test_trigger_prompt_change", "prompts_list_changed"],
  ] as const) {
    server.registerTool(name, { description: "Says that a list has changed", inputSchema: z.object({}) }, () => {
      world.publish({ kind });
      return said("told");
    });
  }
  addSchemas(server);
}

function addSchemas(server: McpServer): void {
  server.registerTool(
    "test_x_mcp_header",
    {
      description: "Takes an argument that is also a header",
      inputSchema: fromJsonSchema<{ region?: string }>(WITH_HEADER),
    },
    ({ region = "none" }) => said(`region ${region}`),
  );
  server.registerTool(
    "json_schema_2020_12_tool",
    { description: "Has a schema of many words", inputSchema: fromJsonSchema(MANY_WORDS) },
    (given) => said(JSON.stringify(given)),
  );
}

const WITH_HEADER = {
  type: "object" as const,
  properties: { region: { type: "string" as const, "x-mcp-header": "Region" }, level: { type: "integer" as const } },
};

const MANY_WORDS = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object" as const,
  $defs: {
    address: { $anchor: "addressDef", type: "object", properties: { street: { type: "string" }, city: { type: "string" } } },
  },
  properties: {
    name: { type: "string" },
    address: { $ref: "#/$defs/address" },
    contactMethod: { type: "string", enum: ["phone", "email"] },
    phone: { type: "string" },
    email: { type: "string" },
  },
  allOf: [{ anyOf: [{ required: ["phone"] }, { required: ["email"] }] }],
  if: { properties: { contactMethod: { const: "phone" } }, required: ["contactMethod"] },
  // oxlint-disable-next-line unicorn/no-thenable -- a word of JSON Schema
  then: { required: ["phone"] },
  else: { required: ["email"] },
  additionalProperties: false,
};

export function said(text: string): CallToolResult {
  return { content: [{ type: "text", text }] };
}
