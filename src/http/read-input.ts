import * as z from "zod";
import type { Json, JsonObject } from "../base/json.ts";
import { isJsonObject } from "../base/json.ts";
import type { Operation } from "../contract/operation.ts";
import { HttpRefusal } from "./http-refusal.ts";
import { readBody } from "./read-body.ts";
import type { RoutedOperation } from "./route-table.ts";
import { typedText, typedTexts } from "./typed-text.ts";

/** A request to an operation. */
export interface OperationRequest extends RoutedOperation {
  readonly request: Request;
  /** From its path. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** Beside those that an operation has. Event sources can only put it there. */
const RESUME_HEADER = "last-event-id";

/**
 * The document that an operation is asked with: from the path, the query or the body, and from `Idempotency-Key`.
 *
 * @throws HttpRefusal `http.malformed`, `http.media-type`, `http.too-large`
 */
export async function readInput({ operation, route, request, parameters }: OperationRequest): Promise<JsonObject> {
  const members = membersOf(operation);
  const hasBody = route.method === "POST" || route.method === "PUT";
  const query = new URL(request.url).searchParams;
  if (hasBody && query.size > 0) throw new HttpRefusal("http.malformed", `${route.method} takes its input in the body, not in the query`);
  const given = hasBody ? await readBody(request) : queryDocument(query, members);
  for (const [name, text] of Object.entries(parameters)) {
    // What was read at a path may be sent back to it as it is, and names itself.
    if (!Object.hasOwn(given, name) || given[name] === text) continue;
    throw new HttpRefusal("http.malformed", `"${name}" is in the path already, and says something else there: leave it out`);
  }
  const named = Object.entries(parameters).map(([name, text]) => [name, typedText(text, members[name])] as const);
  return { ...given, ...Object.fromEntries(named), ...keyDocument(operation, request, given), ...resumeDocument(request, members, given) };
}

/** The schemas of what an operation takes, by name on the wire. */
export function membersOf(operation: Operation<unknown, unknown, unknown>): JsonObject {
  const known = MEMBERS.get(operation);
  if (known !== undefined) return known;
  const { properties } = z.toJSONSchema(operation.input, { io: "input" }) as { readonly properties?: Json };
  const members = isJsonObject(properties) ? properties : {};
  MEMBERS.set(operation, members);
  return members;
}

/** Made when they are first needed, as making all of them would have a start wait. */
const MEMBERS = new WeakMap<Operation<unknown, unknown, unknown>, JsonObject>();

function queryDocument(query: URLSearchParams, members: JsonObject): JsonObject {
  return Object.fromEntries([...new Set(query.keys())].map((name) => [name, typedTexts(query.getAll(name), members[name])]));
}

function keyDocument({ name, kind, repeatable }: Operation<unknown, unknown, unknown>, request: Request, given: JsonObject): JsonObject {
  const key = request.headers.get("idempotency-key");
  if (key === null || kind === "read" || repeatable === "always") return {};
  if (repeatable === "never") throw new HttpRefusal("http.malformed", `${name} cannot be made safe to repeat: leave out Idempotency-Key`);
  const inBody = given["request_key"];
  if (inBody !== undefined && inBody !== key)
    throw new HttpRefusal("http.malformed", "Idempotency-Key and request_key say different things");
  return { request_key: key };
}

/** Where a stream of events is taken up again, by the member that its operation has for that. */
function resumeDocument(request: Request, members: JsonObject, given: JsonObject): JsonObject {
  const last = request.headers.get(RESUME_HEADER) ?? "";
  const member = ["after", "after_seq"].find((name) => members[name] !== undefined);
  // What a source has seen is later than what its address says.
  if (member === undefined || !/^\d+$/.test(last)) return {};
  const asked = given[member];
  return { [member]: Math.max(Number(last), typeof asked === "number" ? asked : 0) };
}
