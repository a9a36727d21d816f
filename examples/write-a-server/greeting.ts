import { defineEnvelopeTool, serveEnvelopeTools } from "tutti/server";
import { z } from "zod";

const greet = defineEnvelopeTool({
  name: "greet",
  description: "Greets somebody in the name of the tenant",
  inputSchema: z.object({ name: z.string() }),
  requiresTenant: true,
  execute: ({ meta, data }) => ({ greeting: `Hello ${data.parameters.name}, from ${meta.tenant}` }),
});

await serveEnvelopeTools({ name: "greeting", version: "1.0.0", tools: [greet] });
