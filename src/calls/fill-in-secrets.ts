import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../base/json.ts";
import type { CallOutcome, SecretUse } from "../model/call.ts";
import type { Secrets } from "../ports/secrets.ts";
import type { CallOnItsWay, CallStage, NextStage } from "./call-stage.ts";
import { inContextOfCall } from "./in-context-of-call.ts";

/** Puts the values of secrets into the arguments at the last moment, so that only the server gets to know them. */
export function fillInSecrets(secrets: Secrets): CallStage {
  return (call, next) => (call.request.secrets.length === 0 ? next(call) : fillIn(call, next, secrets));
}

async function fillIn(call: CallOnItsWay, next: NextStage, secrets: Secrets): Promise<CallOutcome> {
  const { request } = call;
  const values = new Map<string, string>();
  for (const name of namesOf(request.secrets)) {
    const value = await inContextOfCall(call, async () => await secrets.get(name));
    if (value === undefined) return missing(name);
    values.set(name, value);
  }
  const input = request.secrets.reduce((filled, use) => replaceAt(filled, use.path, textOf(use, values)), request.input as Json);
  // The arguments are an object, and a replacement at a path keeps the root.
  return await next({ ...call, request: { ...request, input: input as JsonObject } });
}

function namesOf(uses: readonly SecretUse[]): ReadonlySet<string> {
  return new Set(uses.flatMap((use) => use.parts.flatMap((part) => (typeof part === "string" ? [] : [part.secret]))));
}

function textOf(use: SecretUse, values: ReadonlyMap<string, string>): string {
  return use.parts.map((part) => (typeof part === "string" ? part : (values.get(part.secret) ?? ""))).join("");
}

function missing(name: string): CallOutcome {
  const message = `there is no secret "${name}": set TUTTI_SECRET_${name} or put it into the secrets file`;
  return { kind: "failed", accepted: false, error: { kind: "input_invalid", message } };
}

function replaceAt(value: Json, path: SecretUse["path"], text: string): Json {
  const [key, ...rest] = path;
  if (key === undefined) return text;
  if (isJsonArray(value)) return value.map((element, index) => (index === key ? replaceAt(element, rest, text) : element));
  if (isJsonObject(value) && Object.hasOwn(value, key)) return { ...value, [key]: replaceAt(value[key] ?? null, rest, text) };
  return value;
}
