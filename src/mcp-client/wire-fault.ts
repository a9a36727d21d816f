import type { JSONRPCErrorResponse, JSONRPCRequest, Transport } from "@modelcontextprotocol/client";
import type { Json } from "../base/json.ts";

/**
 * An end of a request that the server did not write. A transport puts it in place of the answer, because the SDK lets a
 * request whose answer cannot come any more wait for its timeout.
 */
export class WireFault extends Error {
  override readonly name = "WireFault";
  /** `lost`: no answer will come. `oversized`: it came, and is larger than anything Tutti takes. `malformed`: it came, and makes no sense. */
  readonly kind: "lost" | "oversized" | "malformed";

  constructor(kind: WireFault["kind"], message: string) {
    super(message);
    this.kind = kind;
  }
}

/** The message that makes the SDK reject the request; `faultOf` finds the fault again. */
export function faultAnswer(id: JSONRPCRequest["id"], fault: WireFault): JSONRPCErrorResponse {
  return { jsonrpc: "2.0", id, error: { code: FAULT_CODE, message: fault.message, data: fault } };
}

// Of the range that JSON-RPC leaves to implementations. What tells a fault from a server's error is its data.
const FAULT_CODE = -32_000;

/** A message of the wire may be larger than the output in it: text and structured content often say the same. */
export const MESSAGE_BYTES_MAX: number = 128 * 2 ** 20;

/** A transport of the SDK that can also say why it ended. */
export interface ServerTransport extends Transport {
  /** Present once the connection has ended, unless it was closed from this side. */
  readonly ending: Ending | undefined;
  /** The last lines of the server's stderr; empty for servers that are not ours to start. */
  stderr(): readonly string[];
}

/** Why a connection ended. */
export interface Ending {
  /** Continues "the connection was lost:". */
  readonly message: string;
  readonly detail: Json;
}
