import { runInContext } from "../context/ambient-context.ts";
import { Context } from "../envelope/context.ts";
import { ContextError } from "../envelope/context-error.ts";
import { EnvelopeInvalidError } from "../envelope/envelope-invalid-error.ts";
import type { Envelope } from "../envelope/envelope.ts";
import { jsonFault } from "../envelope/json-fault.ts";
import { decodeMeta } from "../envelope/meta-codec.ts";
import type { Meta } from "../envelope/meta.ts";
import { type EnvelopeSource, newMeta } from "../envelope/new-meta.ts";
import { mcpToolCall, withPayload } from "../envelope/payload-codec.ts";
import type { McpToolCall } from "../envelope/payloads.ts";
import { adapterError, callFailed } from "./call-failed.ts";

/** A tool call as it came in an envelope. */
export interface ReceivedCall {
  /** With all that a new request has. */
  readonly meta: Meta;
  readonly call: McpToolCall;
}

/**
 * Takes an envelope that code of this process has made: types promise much, and an id that is none would be on the wire.
 *
 * @throws TuttiError `call.failed` of type `Validation`
 */
export function readToolCall({ meta: given, data }: Envelope<McpToolCall>, source: EnvelopeSource): ReceivedCall {
  return orRefused(() => {
    const meta = newMeta(source, decodeMeta(given));
    if (data === undefined) throw new EnvelopeInvalidError(["data: must name a tool and its parameters"]);
    const fault = jsonFault(data, "data");
    if (fault !== undefined) throw new EnvelopeInvalidError([fault]);
    return { meta, call: withPayload<McpToolCall>({ meta, data: { ...data } }, mcpToolCall).data ?? data };
  });
}

/** What is wrong with an envelope is an error of its sender, of type `Validation`, with every problem in its details. */
export function orRefused<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof EnvelopeInvalidError)) throw error;
    const details = { problems: error.problems };
    throw callFailed(adapterError("Validation", error.message, details), "input_invalid", error);
  }
}

/**
 * Does the work in the context of a message.
 *
 * @throws TuttiError `call.failed` - inside a context that is of another tenant or has less claims
 */
export async function inContextOf<T>(meta: Meta, work: () => Promise<T>): Promise<T> {
  let working: Promise<T>;
  try {
    working = runInContext(Context.of(meta), work);
  } catch (error) {
    if (!(error instanceof ContextError)) throw error;
    throw callFailed(adapterError(error.variant, error.message), "denied", error);
  }
  return await working;
}
