import { type CallToolRequestOptions, isSpecType } from "@modelcontextprotocol/client";
import type { Tool } from "../model/tool.ts";
import { createOutputSchema, type OutputSchema } from "./output-schema.ts";

/** A tool with what calls of it need. */
export interface ServerTool {
  readonly tool: Tool;
  readonly output: OutputSchema | undefined;
  /** Present when it wants some of its arguments repeated as HTTP headers (2026-07-28). */
  readonly withHeaders: HeaderTool | undefined;
}

/** All tools of a server, by name, in the server's order. */
export type ServerTools = ReadonlyMap<string, ServerTool>;

/** What the SDK needs of a tool to make the headers. Without an output schema, which it would compile for every call. */
type HeaderTool = NonNullable<CallToolRequestOptions["toolDefinition"]>;

/** @param note - is told when its outputs cannot be checked */
export function createServerTool(tool: Tool, note: (text: string) => void): ServerTool {
  const { name, outputSchema } = tool;
  const unusable = (reason: string): void => note(`the output schema of "${name}" cannot be used, so outputs are not checked: ${reason}`);
  const output = outputSchema === undefined ? undefined : createOutputSchema(outputSchema, unusable);
  return { tool, output, withHeaders: headerTool(tool) };
}

function headerTool({ name, inputSchema }: Tool): HeaderTool | undefined {
  const definition: unknown = { name, inputSchema };
  return JSON.stringify(inputSchema).includes('"x-mcp-header"') && isSpecType.Tool(definition) ? definition : undefined;
}
