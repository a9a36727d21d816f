import * as z from "zod";
import { defined } from "../base/defined.ts";
import type { Ms } from "../base/duration.ts";
import { isJsonObject } from "../base/json.ts";
import type { Json, JsonObject } from "../base/json.ts";
import { RETRY_AFTER_MAX_MS } from "../base/retry-delay.ts";
import { callError } from "../contract/call-error.ts";
import { jsonValue } from "../contract/json-value.ts";
import { wireObject } from "../contract/wire-object.ts";
import { decodeEnvelope, encodeEnvelope } from "../envelope/envelope-codec.ts";
import { EnvelopeInvalidError } from "../envelope/envelope-invalid-error.ts";
import type { CallOutcome, ServerAnswer } from "../model/call.ts";

type Succeeded = Pick<Extract<CallOutcome, { kind: "succeeded" }>, "kind" | "output" | "answer">;
type Failed = Pick<Extract<CallOutcome, { kind: "failed" }>, "kind" | "error" | "accepted" | "retryAfterMs">;
type Unknown = Pick<Extract<CallOutcome, { kind: "unknown" }>, "kind" | "error">;

/** What a server that knows envelopes has said beside its output travels as one. */
const answer: z.ZodType<ServerAnswer> = z.codec(
  z.custom<JsonObject>(isJsonObject),
  z.custom<ServerAnswer>((value) => value !== undefined),
  {
    decode: (document, context) => {
      try {
        const { meta, data, error } = decodeEnvelope(document);
        return { meta, ...(isJsonObject(data) ? { metadata: data } : {}), ...defined({ error }) };
      } catch (error) {
        if (!(error instanceof EnvelopeInvalidError)) throw error;
        context.issues.push({ code: "custom", message: error.message, input: document });
        return z.NEVER;
      }
    },
    encode: ({ meta, metadata, error }) => encodeEnvelope<Json>({ meta, data: metadata ?? null, ...defined({ error }) }),
  },
);

/** The end of a task that has ended well. */
export const succeededOutcome: z.ZodType<Succeeded> = wireObject<Succeeded>({
  kind: z.literal("succeeded"),
  output: jsonValue,
  answer: answer.exactOptional(),
});

/** A machine can put nobody off for longer than a server can. */
const retryAfterMs: z.ZodType<Ms> = z.codec(z.number().min(0), z.number().min(0), {
  decode: (ms) => Math.min(RETRY_AFTER_MAX_MS, Math.round(ms)),
  encode: (ms) => ms,
});

/** The end of a task that has not, or of which the machine does not know it. */
export const failedOutcome: z.ZodType<Failed | Unknown> = z.union([
  wireObject<Failed>({
    kind: z.literal("failed"),
    error: callError,
    accepted: z.boolean(),
    retryAfterMs: retryAfterMs.exactOptional(),
  }),
  wireObject<Unknown>({ kind: z.literal("unknown"), error: callError }),
]);
