import { isSpecType, type JSONRPCMessage } from "@modelcontextprotocol/client";
import { isJsonArray, isJsonObject, type Json } from "../base/json.ts";
import { readTool } from "./read-tool.ts";

/**
 * Makes the tools in an answer such that the SDK takes them. In the newer era it checks lists against its schema before
 * anybody else sees them, and one odd tool would cost all the others. What cannot be mended is left out.
 */
export function repairTools(message: JSONRPCMessage): JSONRPCMessage {
  if (!("result" in message)) return message;
  const tools = message.result["tools"] as Json | undefined;
  if (!isJsonArray(tools) || tools.every(isSpecType.Tool)) return message;
  return { ...message, result: { ...message.result, tools: tools.map(repaired).filter(isSpecType.Tool) } };
}

function repaired(listed: Json): unknown {
  if (isSpecType.Tool(listed)) return listed;
  const tool = readTool(listed);
  const schema = tool?.inputSchema;
  return tool === undefined || !isJsonObject(schema) ? undefined : { ...tool, inputSchema: { ...schema, type: "object" } };
}
