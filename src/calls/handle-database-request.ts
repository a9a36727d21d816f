import type { Envelope } from "../envelope/envelope.ts";
import { jsonRpcRequest, withPayload } from "../envelope/payload-codec.ts";
import type { JsonRpcRequest, JsonRpcResponse } from "../envelope/payloads.ts";
import type { CallToolOptions, EnvelopeAdapter } from "./envelope-adapter.ts";
import { adapterError, callFailed } from "./call-failed.ts";
import { orRefused } from "./read-tool-call.ts";

/** The name of the service that answers database requests. */
const DATABASE = "database";

/**
 * What an agent does with a database request: its parameters go to `database_query` of the service `database`, and the
 * answer has the id of the request, the meta of the tool's envelope, and its error if it has one.
 *
 * @throws TuttiError `call.failed` - as `callTool`; of type `Validation` for a notification, which nobody answers
 */
export async function handleDatabaseRequest(
  adapter: Pick<EnvelopeAdapter, "callTool">,
  envelope: Envelope<JsonRpcRequest>,
  options: CallToolOptions = {},
): Promise<Envelope<JsonRpcResponse>> {
  const { id, params = {} } = requestIn(envelope);
  if (id === undefined) {
    throw callFailed(adapterError("Validation", "a request without an id is a notification, which is not answered"), "input_invalid");
  }
  const call = { meta: envelope.meta, data: { tool: "database_query", parameters: params } };
  const { meta, data, error } = await adapter.callTool(DATABASE, call, options);
  const response: JsonRpcResponse = { jsonrpc: "2.0", id, result: data?.result ?? null };
  return { meta, data: response, ...(error === undefined ? {} : { error }) };
}

function requestIn({ meta, data }: Envelope<JsonRpcRequest>): JsonRpcRequest {
  if (data === undefined) throw callFailed(adapterError("Validation", "the envelope has no request"), "input_invalid");
  return orRefused(() => withPayload<JsonRpcRequest>({ meta, data: { ...data } }, jsonRpcRequest).data ?? data);
}
