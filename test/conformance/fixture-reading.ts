import { ResourceTemplate } from "@modelcontextprotocol/server";
import type { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import type { ServingContext } from "../../src/mcp-server/serving.ts";
import { IMAGE } from "./fixture-contents.ts";

const TEXTS: Readonly<Record<string, string>> = {
  "test://static-text": "This is the content of the static text resource.",
  "test://watched-resource": "Watched resource content",
};

/** Resources, prompts, completions, and what clients of the older era may set. */
export function addReading(server: McpServer, { subscriptions }: Pick<ServingContext<{ key: string }>, "subscriptions">): void {
  for (const [uri, text] of Object.entries(TEXTS)) {
    server.registerResource(uri.slice(7), uri, { description: "A text", mimeType: "text/plain" }, () => ({
      contents: [{ uri, mimeType: "text/plain", text }],
    }));
  }
  const binary = "test://static-binary";
  server.registerResource("static-binary", binary, { description: "An image", mimeType: "image/png" }, () => ({
    contents: [{ uri: binary, mimeType: "image/png", blob: IMAGE }],
  }));
  const template = new ResourceTemplate("test://template/{id}/data", { list: undefined });
  server.registerResource("template", template, { description: "One of many", mimeType: "application/json" }, (uri, { id }) => ({
    contents: [
      { uri: uri.href, mimeType: "application/json", text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${String(id)}` }) },
    ],
  }));
  addPrompts(server);
  server.server.setRequestHandler("resources/subscribe", ({ params: { uri } }) => {
    subscriptions?.add(uri, { tools: false, prompts: false, resourceList: false, resources: [uri] });
    return {};
  });
  server.server.setRequestHandler("resources/unsubscribe", ({ params: { uri } }) => {
    subscriptions?.remove(uri);
    return {};
  });
  server.server.setRequestHandler("logging/setLevel", () => ({}));
  server.server.setRequestHandler("completion/complete", () => ({ completion: { values: [], total: 0, hasMore: false } }));
}

function addPrompts(server: McpServer): void {
  const user = "user" as const;
  server.registerPrompt("test_simple_prompt", { description: "Takes nothing" }, () => ({
    messages: [{ role: user, content: { type: "text", text: "This is a simple prompt for testing." } }],
  }));
  const argsSchema = z.object({ arg1: z.string().describe("The first"), arg2: z.string().describe("The second") });
  server.registerPrompt("test_prompt_with_arguments", { description: "Takes two", argsSchema }, ({ arg1, arg2 }) => ({
    messages: [{ role: user, content: { type: "text", text: `Prompt with arguments: arg1='${arg1}', arg2='${arg2}'` } }],
  }));
  const uriSchema = z.object({ resourceUri: z.string().describe("What to embed") });
  server.registerPrompt(
    "test_prompt_with_embedded_resource",
    { description: "Embeds a resource", argsSchema: uriSchema },
    ({ resourceUri: uri }) => ({
      messages: [
        {
          role: user,
          content: { type: "resource", resource: { uri, mimeType: "text/plain", text: "Embedded resource content for testing." } },
        },
        { role: user, content: { type: "text", text: "Please process the embedded resource above." } },
      ],
    }),
  );
  server.registerPrompt("test_prompt_with_image", { description: "Shows an image" }, () => ({
    messages: [
      { role: user, content: { type: "image", data: IMAGE, mimeType: "image/png" } },
      { role: user, content: { type: "text", text: "Please analyze the image above." } },
    ],
  }));
}
