import { defineEnvelopeTool, type EnvelopeTool, serveEnvelopeTools, ToolError } from "tutti/server";
import { callService } from "./call-service.ts";
import { openStore } from "./open-store.ts";
import { type JsonObject, Refusal, type Service, type ServiceTool } from "./service.ts";
import { makeTrouble } from "./trouble.ts";

/**
 * Serves the service of this name over stdio, until whoever has started it is gone. Its file is in the directory that
 * STATE_DIR names, else in `out`.
 */
export async function serveOneOf(services: Readonly<Record<string, Service>>, name = ""): Promise<void> {
  const service = services[name];
  if (service === undefined) throw new Error(`there is no service "${name}": ${Object.keys(services).join(", ")}`);
  using database = openStore(service.store, process.env["STATE_DIR"] ?? "out");
  const tools = service.tools.map((tool) => envelopeTool(tool, service, (call) => callService(service, database, call)));
  await using server = await serveEnvelopeTools({ name, version: "1.0.0", tools });
  await server.closed;
}

type Calling = (call: Parameters<typeof callService>[2]) => JsonObject;

/** For whom a call is and whether it was made before is told beside its arguments, where nobody else can write. */
function envelopeTool({ name, description, effect, input, output }: ServiceTool, { title }: Service, calling: Calling): EnvelopeTool {
  return defineEnvelopeTool({
    name,
    description,
    inputSchema: input,
    outputSchema: output,
    annotations: { readOnlyHint: effect === "reads", idempotentHint: effect !== "changes", openWorldHint: false },
    requiresTenant: true,
    async execute({ meta, data }, { idempotencyKey: key, signal }) {
      await makeTrouble(title, name, signal);
      try {
        const call = { tool: name, arguments: data.parameters as JsonObject, tenant: meta.tenant ?? "", now: new Date() };
        return calling({ ...call, ...(key === undefined ? {} : { key }) });
      } catch (error) {
        throw error instanceof Refusal ? new ToolError(error.message) : error;
      }
    },
  });
}
