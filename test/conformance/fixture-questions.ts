import type { CallToolResult, McpServer, ServerContext } from "@modelcontextprotocol/server";
import { z } from "zod";
import type { JsonObject } from "../../src/base/json.ts";
import { said } from "./fixture-contents.ts";

const FORMS: Readonly<Record<string, JsonObject>> = {
  test_elicitation_sep1034_defaults: {
    name: { type: "string", default: "John Doe" },
    age: { type: "integer", default: 30 },
    score: { type: "number", default: 95.5 },
    status: { type: "string", enum: ["active", "inactive", "pending"], default: "active" },
    verified: { type: "boolean", default: true },
  },
  test_elicitation_sep1330_enums: {
    untitledSingle: { type: "string", enum: ["option1", "option2", "option3"] },
    titledSingle: { type: "string", oneOf: titled("First Option", "Second Option", "Third Option") },
    legacyEnum: { type: "string", enum: ["opt1", "opt2", "opt3"], enumNames: ["Option One", "Option Two", "Option Three"] },
    untitledMulti: { type: "array", minItems: 1, maxItems: 3, items: { type: "string", enum: ["option1", "option2", "option3"] } },
    titledMulti: { type: "array", minItems: 1, maxItems: 3, items: { anyOf: titled("First Choice", "Second Choice", "Third Choice") } },
  },
};

function titled(...titles: readonly string[]): JsonObject[] {
  return titles.map((title, place) => ({ const: `value${place + 1}`, title }));
}

/** Tools that ask the client something while they work, as servers did until 2025-11-25. */
export function addQuestions(server: McpServer): void {
  server.registerTool(
    "test_sampling",
    { description: "Asks a model", inputSchema: z.object({ prompt: z.string() }) },
    async ({ prompt }, context) => {
      const messages = [{ role: "user" as const, content: { type: "text" as const, text: prompt } }];
      return await asked(context, "sampling/createMessage", { messages, maxTokens: 100 });
    },
  );
  server.registerTool(
    "test_elicitation",
    { description: "Asks a person", inputSchema: z.object({ message: z.string() }) },
    async ({ message }, context) => {
      const requestedSchema = { type: "object", properties: { response: { type: "string" } }, required: ["response"] };
      return await asked(context, "elicitation/create", { message, requestedSchema });
    },
  );
  for (const [name, properties] of Object.entries(FORMS)) {
    server.registerTool(name, { description: "Asks a person to fill in a form", inputSchema: z.object({}) }, async (_, context) => {
      const requestedSchema = { type: "object", properties, required: [] };
      return await asked(context, "elicitation/create", { message: "Please fill this in", requestedSchema });
    });
  }
}

async function asked(context: ServerContext, method: string, params: unknown): Promise<CallToolResult> {
  const answer: unknown = await context.mcpReq.send({ method, params } as never);
  return said(`the answer was ${JSON.stringify(answer)}`);
}
