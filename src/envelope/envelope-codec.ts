import * as z from "zod";
import { isJsonObject } from "../base/json.ts";
import type { Json, JsonObject } from "../base/json.ts";
import { describeIssue } from "./describe-issue.ts";
import type { EnvelopeError } from "./envelope-error.ts";
import { EnvelopeInvalidError } from "./envelope-invalid-error.ts";
import type { Envelope } from "./envelope.ts";
import { ERROR_VARIANTS } from "./error-variant.ts";
import { jsonFault } from "./json-fault.ts";
import { encodeMeta, META_BYTES_MAX, metaProblems, readMeta } from "./meta-codec.ts";
import { amount, json, text, words } from "./meta-fields.ts";
import { section } from "./section.ts";
import { UTF8_BYTES_MAX, utf8Exceeds } from "./utf8-exceeds.ts";
import { wireForm } from "./wire-form.ts";

/** Of the text of an envelope, in bytes. */
export const ENVELOPE_BYTES_MAX = 1_048_576;

/** The schema of an error with the names of inside. */
export const errorFields: z.ZodType<EnvelopeError> = section<EnvelopeError>(
  { type: z.enum(ERROR_VARIANTS), code: words, message: words },
  { details: json, trace: text, httpStatusCode: z.int().min(400).max(599), retryAfter: amount },
);

const errorForm = wireForm(errorFields);

/** The wire form: `meta`, `data` and `error` in snake_case. Asks nothing; `printEnvelope` does. */
export function encodeEnvelope<T extends Json>(envelope: Envelope<T>): JsonObject {
  return {
    meta: encodeMeta(envelope.meta),
    ...(envelope.data === undefined ? {} : { data: envelope.data }),
    ...(envelope.error === undefined ? {} : { error: errorForm.toWire(envelope.error) }),
  };
}

/**
 * Reads the wire form of any sender: `data` may be named `payload`, and all names may be in camelCase.
 *
 * @throws EnvelopeInvalidError with all problems, and nothing else
 */
export function decodeEnvelope(document: unknown): Envelope<Json> {
  if (!isJsonObject(document)) throw new EnvelopeInvalidError(["envelope: must be an object with meta, and with data or error"]);
  const problems: string[] = [];
  const meta = readMeta(own(document, "meta"), problems);
  const data = readData(document, problems);
  const error = readError(own(document, "error"), problems);
  if (data === undefined && error === undefined) problems.push(EMPTY);
  if (meta === undefined || problems.length > 0) throw new EnvelopeInvalidError(problems);
  return { meta, ...(data === undefined ? {} : { data }), ...(error === undefined ? {} : { error }) };
}

/**
 * Reads the text of an envelope, or its bytes in UTF-8: at most 1 MiB, of which at most 64 KiB are meta.
 *
 * @throws EnvelopeInvalidError with all problems, and nothing else
 */
export function parseEnvelope(body: string | Uint8Array): Envelope<Json> {
  const text = textOf(body);
  const document = documentOf(text);
  const envelope = decodeEnvelope(document);
  checkMetaSize(text, document);
  return envelope;
}

/**
 * The text of an envelope that every {@link parseEnvelope} takes.
 *
 * @throws EnvelopeInvalidError when it breaks a rule or a limit, with all problems
 */
export function printEnvelope(envelope: Envelope<Json>): string {
  const problems = problemsOf(envelope);
  if (problems.length > 0) throw new EnvelopeInvalidError(problems);
  const document = encodeEnvelope(envelope);
  const text = JSON.stringify(document);
  if (utf8Exceeds(text, ENVELOPE_BYTES_MAX)) throw tooLarge();
  checkMetaSize(text, document);
  return text;
}

function problemsOf({ meta, data, error }: Envelope<Json>): readonly string[] {
  const faults = [jsonFault(meta, "meta"), jsonFault(data ?? null, "data"), jsonFault(error?.details ?? null, "error.details")];
  const problems = [...faults.filter((fault) => fault !== undefined), ...metaProblems(meta)];
  if (error !== undefined) problems.push(...errorProblems(error));
  if (data === undefined && error === undefined) problems.push(EMPTY);
  return problems;
}

const EMPTY = "envelope: must have data, error or both";

function textOf(body: string | Uint8Array): string {
  if (typeof body === "string" ? utf8Exceeds(body, ENVELOPE_BYTES_MAX) : body.length > ENVELOPE_BYTES_MAX) throw tooLarge();
  try {
    return typeof body === "string" ? body : new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    throw new EnvelopeInvalidError(["envelope: must be text in UTF-8"]);
  }
}

function documentOf(text: string): unknown {
  if (text.trim() === "") throw new EnvelopeInvalidError(["envelope: must be a JSON object, and the body is empty"]);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    // Some engines overflow their stack on deep documents, which is the sender's fault as well.
    throw new EnvelopeInvalidError([`envelope: must be JSON (${error instanceof Error ? error.message : String(error)})`]);
  }
}

function checkMetaSize(text: string, document: unknown): void {
  if (text.length <= META_BYTES_MAX / UTF8_BYTES_MAX || !isJsonObject(document)) return;
  if (utf8Exceeds(JSON.stringify(document["meta"]), META_BYTES_MAX)) {
    throw new EnvelopeInvalidError([`meta: must be at most ${META_BYTES_MAX} bytes when it is encoded`]);
  }
}

function tooLarge(): EnvelopeInvalidError {
  return new EnvelopeInvalidError([`envelope: must be at most ${ENVELOPE_BYTES_MAX} bytes`]);
}

function readData(document: JsonObject, problems: string[]): Json | undefined {
  const [data, payload] = [own(document, "data"), own(document, "payload")];
  if (data !== undefined && payload !== undefined) problems.push("payload: must not be given beside data");
  const fault = jsonFault(data ?? payload ?? null, data === undefined ? "payload" : "data");
  if (fault !== undefined) problems.push(fault);
  return data === undefined ? payload : data;
}

function readError(document: Json | undefined, problems: string[]): EnvelopeError | undefined {
  if (document === undefined || document === null) return undefined;
  const error = isJsonObject(document)
    ? errorForm.toInside(document, (path) => problems.push(`error${path}: must not be given in snake_case and in camelCase`))
    : document;
  const fault = isJsonObject(error) ? jsonFault(error["details"] ?? null, "error.details") : undefined;
  if (fault !== undefined) problems.push(fault);
  problems.push(...errorProblems(error));
  return error as unknown as EnvelopeError;
}

function errorProblems(error: unknown): readonly string[] {
  const parsed = errorFields.safeParse(error, { reportInput: true });
  return parsed.success ? [] : parsed.error.issues.map((issue) => describeIssue(issue, "error"));
}

function own(document: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(document, key) ? document[key] : undefined;
}
