import { defined } from "../base/defined.ts";
import { isJsonObject, type Json, type JsonObject } from "../base/json.ts";
import { decodeEnvelope } from "../envelope/envelope-codec.ts";
import type { Envelope } from "../envelope/envelope.ts";
import { EnvelopeInvalidError } from "../envelope/envelope-invalid-error.ts";
import { jsonFault } from "../envelope/json-fault.ts";
import { CONTEXT_KEY, ENVELOPE_KEY } from "../envelope/meta-keys.ts";
import type { Meta } from "../envelope/meta.ts";
import type { ServerAnswer } from "../model/call.ts";

/** `foreign`: the answer says that it is one for another tenant. */
export type AnswerReading =
  | { readonly kind: "none" }
  | { readonly kind: "answer"; readonly answer: ServerAnswer }
  | { readonly kind: "unusable"; readonly reason: string }
  | { readonly kind: "foreign"; readonly tenant: string };

/** Meta, and about as much for error and metadata. */
const ENVELOPE_BYTES_MAX = 131_072;

/** What servers may say of an answer; ids, tenant, identity and trace are not theirs to say. */
const OF_ANSWERS = [
  "version",
  "timestamp",
  "duration",
  "correlationContext",
  "workflowContext",
  "serviceChain",
  "performance",
  "monitoring",
  "extensions",
] as const satisfies readonly (keyof Meta)[];

/**
 * Reads the envelope of a result.
 *
 * @param sent - the `_meta` that the call was sent with
 */
export function readAnswer(result: JsonObject, sent: JsonObject): AnswerReading {
  const beside = result["_meta"];
  const given = isJsonObject(beside) && Object.hasOwn(beside, ENVELOPE_KEY) ? beside[ENVELOPE_KEY] : undefined;
  if (given === undefined) return { kind: "none" };
  try {
    const { meta, error, metadata } = decoded(given);
    const [tenant, asked] = [meta.tenant, tenantOf(sent)];
    if (tenant !== undefined && asked !== undefined && tenant !== asked) return { kind: "foreign", tenant };
    const about = OF_ANSWERS.flatMap((name) => (meta[name] === undefined ? [] : [[name, meta[name]] as const]));
    return { kind: "answer", answer: { meta: Object.fromEntries(about), ...defined({ metadata, error }) } };
  } catch (problem) {
    if (problem instanceof EnvelopeInvalidError) return { kind: "unusable", reason: problem.problems.join("; ") };
    throw problem;
  }
}

/** @throws EnvelopeInvalidError */
function decoded(given: Json): Envelope<Json> & { readonly metadata: JsonObject | undefined } {
  if (!isJsonObject(given)) throw new EnvelopeInvalidError(["envelope: must be an object"]);
  const fault = jsonFault(given, "envelope", ENVELOPE_BYTES_MAX);
  if (fault !== undefined) throw new EnvelopeInvalidError([fault]);
  const { meta = null, error = null, metadata } = given;
  return { ...decodeEnvelope({ meta, error, data: null }), metadata: isJsonObject(metadata) ? metadata : undefined };
}

/** For whom a call was made, as the server was told; undefined when it was not told. */
function tenantOf(sent: JsonObject): Json | undefined {
  const envelope = sent[ENVELOPE_KEY];
  const whole = isJsonObject(envelope) ? envelope["meta"] : undefined;
  const context = sent[CONTEXT_KEY];
  return (isJsonObject(whole) ? whole["tenant"] : undefined) ?? (isJsonObject(context) ? context["tenant"] : undefined);
}
