import { ProtocolError } from "@modelcontextprotocol/server";
import type { McpServer, ServerContext } from "@modelcontextprotocol/server";
import type { AdmittedCaller } from "../contract/operation-caller.ts";
import { clientAbilities } from "./client-abilities.ts";
import type { ClientAbilities } from "./client-abilities.ts";
import { toldProtocolError, UNAVAILABLE } from "./protocol-refusal.ts";
import type { ServingContext } from "./serving.ts";

/** Who sent a request, and what the client can do. */
export interface Requester {
  readonly caller: AdmittedCaller;
  readonly abilities: ClientAbilities;
}

/** A handler as it is written here: it is told who asks. */
type RequestHandler<Params, Result> = (params: Params, context: ServerContext, requester: Requester) => Promise<Result>;

/** Makes of a handler one for the SDK. */
export type Guarded = <Params, Result>(
  where: string,
  handler: RequestHandler<Params, Result>,
) => (params: Params, context: ServerContext) => Promise<Result>;

/**
 * Stands before all handlers of one connection: finds out who asks, bounds how much is done at once, and lets no error out
 * but refusals. The SDK would send the message of any error to the client.
 */
export function guardRequests(
  server: McpServer,
  serving: ServingContext<AdmittedCaller>,
  { requestsMax, onFault }: { readonly requestsMax: number; readonly onFault: (error: unknown, where: string) => void },
): Guarded {
  let running = 0;
  return (where, handler) => async (params, context) => {
    if (running >= requestsMax) throw new ProtocolError(UNAVAILABLE, `at most ${requestsMax} requests are answered at once: wait for some`);
    running += 1;
    try {
      const caller = await serving.callerOf(context);
      return await handler(params, context, { caller, abilities: clientAbilities(server, serving.era, context) });
    } catch (error) {
      // Nobody waits for the answer any more.
      if (context.mcpReq.signal.aborted) throw error;
      throw toldProtocolError(error, (fault) => onFault(fault, where));
    } finally {
      running -= 1;
    }
  };
}
