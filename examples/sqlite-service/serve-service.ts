import { defineEnvelopeTool, type EnvelopeTool, serveEnvelopeTools, ToolError } from "tutti/server";
import { callService } from "./call-service.ts";
import { openStore } from "./open-store.ts";
import { type JsonObject, Refusal, type Service, type ServiceTool } from "./service.ts";
import { makeTrouble } from "./trouble.ts";

/** Serves a service over stdio. Its file is in the directory that STATE_DIR names, else in `out`. */
export async function serveService(name: string, service: Service): Promise<void> {
  const database = openStore(service.store, process.env["STATE_DIR"] ?? "out");
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
