import * as z from "zod";
import { isJsonObject } from "../base/json.ts";
import type { JsonObject } from "../base/json.ts";
import { describeIssue } from "./describe-issue.ts";
import { EnvelopeInvalidError } from "./envelope-invalid-error.ts";
import type { ErrorPolicySetting } from "./error-policy.ts";
import { adoptForeignMeta } from "./foreign-meta.ts";
import { jsonFault } from "./json-fault.ts";
import type { Meta } from "./meta.ts";
import { amount, jsonObject, moment, tenant, text, uuid, words } from "./meta-fields.ts";
import {
  debug,
  delegation,
  monitoring,
  performance,
  retryContext,
  security,
  securityContext,
  securityViolation,
  serviceHop,
  stepContext,
  tracing,
  workflowContext,
} from "./meta-sections.ts";
import { section } from "./section.ts";
import { snakeSchema } from "./snake-schema.ts";
import { wireForm } from "./wire-form.ts";

/** Of the encoded meta, in bytes. */
export const META_BYTES_MAX = 65_536;

const EXTENSIONS_MAX = 20;

const extensions: z.ZodType<JsonObject> = z
  .unknown()
  .refine(isJsonObject, { message: "must be an object", abort: true })
  .refine((value) => Object.keys(value as object).length <= EXTENSIONS_MAX, `must have at most ${EXTENSIONS_MAX} sections`)
  .meta({ type: "object", maxProperties: EXTENSIONS_MAX });

const errorPolicy: z.ZodType<ErrorPolicySetting> = z
  .unknown()
  .refine((value) => typeof value === "string" || isJsonObject(value), "must be a mode, or an object with a mode")
  .meta({ type: ["string", "object"] });

const metaFields: z.ZodType<Meta> = section<Meta>(
  {},
  {
    requestId: uuid,
    parentRequestId: uuid,
    childRequestId: uuid,
    version: words,
    timestamp: moment,
    duration: amount,
    tenant,
    sessionId: text,
    agentId: text,
    workflowId: text,
    onBehalfOf: delegation,
    security,
    tracing,
    correlationContext: jsonObject,
    stepContext,
    errorPolicy,
    retryContext,
    securityContext,
    securityViolation,
    workflowContext,
    serviceChain: z.array(serviceHop).max(50),
    debug,
    performance,
    monitoring,
    extensions,
  },
);

const form = wireForm(metaFields);

/** The wire form, in snake_case. Asks nothing: whoever takes it from outside has decoded it. */
export function encodeMeta(meta: Meta): JsonObject {
  return form.toWire(meta);
}

/**
 * Reads the wire form; names may also be in camelCase, and unknown ones are left out.
 *
 * Request ids that are no UUIDs are found in `correlationContext.external_id` afterwards and foreign trace ids in the tag
 * `external_trace_id`; `newMeta` gives what is then missing.
 *
 * @throws EnvelopeInvalidError with all problems
 */
export function decodeMeta(document: unknown): Meta {
  const problems: string[] = [];
  const meta = readMeta(document, problems);
  if (meta === undefined || problems.length > 0) throw new EnvelopeInvalidError(problems);
  return meta;
}

/** As {@link decodeMeta}, for those who have more to read: adds its problems to theirs. */
export function readMeta(document: unknown, problems: string[]): Meta | undefined {
  if (!isJsonObject(document)) {
    problems.push("meta: must be an object");
    return undefined;
  }
  const fault = jsonFault(document, "meta", META_BYTES_MAX);
  if (fault !== undefined) {
    problems.push(fault);
    return undefined;
  }
  const meta = form.toInside(document, (path) => problems.push(`meta${path}: must not be given in snake_case and in camelCase`));
  problems.push(...adoptForeignMeta(meta), ...metaProblems(meta));
  return meta;
}

/** What breaks a rule in a meta with the names of inside. */
export function metaProblems(meta: unknown): readonly string[] {
  const parsed = metaFields.safeParse(meta, { reportInput: true });
  if (parsed.success) return sessionProblems(parsed.data);
  return parsed.error.issues.map((issue) => describeIssue(issue, "meta"));
}

/** There are two places for the session, and nobody could say which of two different ones is meant. */
function sessionProblems({ sessionId, security }: Meta): readonly string[] {
  if (sessionId === undefined || security?.sessionId === undefined || sessionId === security.sessionId) return [];
  return ["meta.session_id: must be the same as meta.security.session_id, or one of them must be left out"];
}

/** The JSON Schema (2020-12) of the wire form. */
export const metaJsonSchema: JsonObject = snakeSchema(metaFields);

/** Reads and writes the wire form as part of other documents. */
export const metaSchema: z.ZodType<Meta> = z.codec(
  z.unknown().meta({ ...metaJsonSchema }),
  z.custom<Meta>((value) => value !== undefined),
  {
    decode: (document, context) => {
      const problems: string[] = [];
      const meta = readMeta(document, problems);
      for (const message of problems) context.issues.push({ code: "custom", message, input: document });
      return meta ?? {};
    },
    encode: (meta) => encodeMeta(meta),
  },
);
