import type { JSONRPCMessage, JSONRPCRequest } from "@modelcontextprotocol/client";
import type { WireFault } from "./wire-fault.ts";

/** One message that is sent and the HTTP exchange that carries it. */
export interface HttpExchange {
  /** Undefined for messages that get no answer. */
  readonly id: JSONRPCRequest["id"] | undefined;
  /** Ends the HTTP exchange. */
  readonly stop: AbortController;
  /** Why it was stopped; set before `stop` is used. */
  stopped: WireFault | "cancelled" | undefined;
  /** A stream of events brings the answer, so that the end of the POST says nothing yet. */
  streaming: boolean;
  /** That stream has ended or broken off; the SDK may take it up again. */
  interrupted: boolean;
}

/** An exchange that is about to begin. */
export function createExchange(id: HttpExchange["id"]): HttpExchange {
  return { id, stop: new AbortController(), stopped: undefined, streaming: false, interrupted: false };
}

/** Ends an exchange, and says why. The first reason stays. */
export function stopExchange(exchange: HttpExchange, why: WireFault | "cancelled"): void {
  exchange.stopped ??= why;
  exchange.stop.abort(why === "cancelled" ? new Error("cancelled") : why);
}

/** Names the exchange of an HTTP request. It is taken off before the request is sent. */
export const EXCHANGE_HEADER = "x-tutti-exchange";

/** The id of a message that wants an answer. */
export function requestId(message: JSONRPCMessage): JSONRPCRequest["id"] | undefined {
  return "method" in message && "id" in message ? message.id : undefined;
}

/** The id of the request that a message cancels. */
export function cancelledId(message: JSONRPCMessage): JSONRPCRequest["id"] | undefined {
  if (!("method" in message) || message.method !== "notifications/cancelled") return undefined;
  const id = message.params?.["requestId"];
  return typeof id === "string" || typeof id === "number" ? id : undefined;
}
