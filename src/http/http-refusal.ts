import type { Json, JsonObject } from "../base/json.ts";
import { errorDocument } from "../contract/error-document.ts";
import { ERROR_TRAITS } from "../contract/error-traits.ts";
import { isTuttiError } from "../model/errors.ts";

/** Refusals that only HTTP has, because no operation was asked for; docs/http-api.md explains them. */
export const HTTP_REFUSALS: { readonly [Code in HttpRefusalCode]: { readonly status: number; readonly meaning: string } } = {
  "http.malformed": { status: 400, meaning: "The request is no request of HTTP that makes sense here." },
  "http.foreign": { status: 403, meaning: "It was sent under a name, or from a page, that is not allowed." },
  "http.not-found": { status: 404, meaning: "There is nothing at this path." },
  "http.method": { status: 405, meaning: "The path takes other methods; `Allow` names them." },
  "http.too-large": { status: 413, meaning: "The body has more than 4 MiB." },
  "http.media-type": { status: 415, meaning: "The body is not `application/json`." },
  "http.too-many": {
    status: 429,
    meaning: "Too many requests of this address were refused; `Retry-After` says how many seconds to wait.",
  },
  "http.fault": { status: 500, meaning: "A fault of this program; its log tells more under the request id." },
  "http.unavailable": { status: 501, meaning: "What it asks for does not exist here, and will not after waiting." },
  "http.closing": { status: 503, meaning: "The process is ending; another one may take its place soon." },
};

export type HttpRefusalCode =
  | "http.malformed"
  | "http.foreign"
  | "http.not-found"
  | "http.method"
  | "http.too-large"
  | "http.media-type"
  | "http.too-many"
  | "http.fault"
  | "http.unavailable"
  | "http.closing";

/** A request that was not looked at any further. */
export class HttpRefusal extends Error {
  override readonly name = "HttpRefusal";
  readonly code: HttpRefusalCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: HttpRefusalCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.code = code;
    this.headers = headers;
  }
}

/** What somebody is answered who was refused. */
export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly document: JsonObject;
}

/** The answer to an error; undefined when it is no refusal but a fault. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof HttpRefusal) {
    const { code, message, headers } = error;
    return { status: HTTP_REFUSALS[code].status, headers, document: { error: { code, message } } };
  }
  if (!isTuttiError(error)) return undefined;
  const status = ERROR_TRAITS[error.code].httpStatus;
  const headers = isTuttiError(error, "rate.limited")
    ? { "retry-after": retryAfter(error.details.retryAfterMs) }
    : (HEADERS_OF[status] ?? {});
  return { status, headers, document: errorDocument(error) as unknown as JsonObject };
}

/** The same as an answer. */
export function refusalResponse(error: unknown): Response | undefined {
  const refusal = refusalOf(error);
  return refusal === undefined ? undefined : jsonResponse(refusal.document, refusal.status, refusal.headers);
}

/** How long to wait, as HTTP says it: in whole seconds. */
export function retryAfter(waitMs: number): string {
  return String(Math.max(1, Math.ceil(waitMs / 1_000)));
}

/** A document as an answer. */
export function jsonResponse(document: Json, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(document), { status, headers: { "content-type": "application/json", ...headers } });
}

/** Of refusals of operations: how to say who one is, and when to come again. */
const HEADERS_OF: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  401: { "www-authenticate": 'Bearer realm="tutti"' },
  503: { "retry-after": "1" },
};
