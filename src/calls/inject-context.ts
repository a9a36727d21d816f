import { abortable } from "../base/abortable.ts";
import type { Clock } from "../base/clock.ts";
import { deadline } from "../base/deadline.ts";
import { isJsonArray, isJsonObject, type Json, type JsonObject, jsonEqual } from "../base/json.ts";
import type { CallErrorKind, CallOutcome, CallRequest, SecretUse } from "../model/call.ts";
import { type ErrorCode, isTuttiError } from "../model/errors.ts";
import type { CallOnItsWay, CallStage, NextStage } from "./call-stage.ts";
import type { ContextInjector } from "./context-injector.ts";
import type { ContextInjectors } from "./context-injectors.ts";
import { inContextOfCall } from "./in-context-of-call.ts";
import { refused } from "./not-sent.ts";

/** Lets the injector of the server change the arguments. Whatever goes wrong with it, the call is not sent. */
export function injectContext(injectors: ContextInjectors, clock: Clock): CallStage {
  return (call, next) => {
    const found = finding(injectors, call);
    return found === undefined ? next(call) : inject(call, next, { found, clock });
  };
}

type Found = ReturnType<ContextInjectors["find"]>;

function finding(injectors: ContextInjectors, call: CallOnItsWay): Found {
  try {
    return injectors.find(call);
  } catch (error) {
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }
}

async function inject(
  call: CallOnItsWay,
  next: NextStage,
  { found, clock }: { readonly found: Found; readonly clock: Clock },
): Promise<CallOutcome> {
  let { input } = call.request;
  try {
    const injector = await found;
    if (injector !== undefined) input = await changedInput(call, injector, clock);
  } catch (error) {
    return notInjected(call.request, error);
  }
  return await next({ ...call, request: { ...call.request, input } });
}

async function changedInput(call: CallOnItsWay, injector: ContextInjector, clock: Clock): Promise<JsonObject> {
  const { request, signal } = call;
  using limit = deadline(clock, signal, request.timeoutMs, () => new Error(`it took longer than ${request.timeoutMs} ms`));
  // A copy, because the arguments belong to all attempts of the call.
  const input = structuredClone(request.input);
  const changing = inContextOfCall(call, async ({ meta }) => await injector.injectContext(input, meta));
  const changed: unknown = await abortable(changing, limit.signal);
  if (!isJsonObject(changed)) throw new TypeError("it gave no arguments");
  const moved = request.secrets.find((use) => !stays(use, request.input, changed));
  if (moved !== undefined) throw new TypeError(`it changes "${moved.path.join(".")}", where a secret would be filled in again`);
  return changed;
}

const KINDS: Readonly<Partial<Record<ErrorCode, CallErrorKind>>> = {
  "access.denied": "denied",
  "tenant.invalid": "denied",
  "server.unavailable": "connection",
  "server.not-found": "not_found",
};

function notInjected(request: CallRequest, error: unknown): CallOutcome {
  const message = error instanceof Error ? error.message : String(error);
  if (!isTuttiError(error)) return refused(request, { kind: "input_invalid", message: `the injector of the server failed: ${message}` });
  return refused(request, { kind: KINDS[error.code] ?? "input_invalid", message, detail: { code: error.code } });
}

/** Secrets are filled in afterwards, over whatever stands in their place: it must be what stood there before. */
function stays(use: SecretUse, before: JsonObject, after: JsonObject): boolean {
  return jsonEqual(at(before, use.path), at(after, use.path));
}

function at(value: Json, path: SecretUse["path"]): Json {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (isJsonArray(value)) return at(value[Number(key)] ?? null, rest);
  return isJsonObject(value) && Object.hasOwn(value, key) ? at(value[key] ?? null, rest) : null;
}
