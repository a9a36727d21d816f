import { Hono } from "hono";
import type { Context } from "hono";
import type { Clock } from "../base/clock.ts";
import type { IdSource } from "../base/ids.ts";
import { listExecutions } from "../contract/list-executions.ts";
import type { AdmittedCaller, OperationGate } from "../contract/operation-caller.ts";
import type { Operation } from "../contract/operation.ts";
import type { ServeSettings } from "../model/serve-settings.ts";
import { openAdmission } from "./admission.ts";
import { API_ROOT, apiRoutes } from "./api-routes.ts";
import type { HttpEnv, RequestOrigin } from "./http-env.ts";
import { HttpRefusal, jsonResponse, refusalResponse } from "./http-refusal.ts";
import { openApiDocument } from "./open-api.ts";
import { operatorRoutes } from "./operator-routes.ts";
import type { OperatorPorts } from "./operator-routes.ts";
import { reachFault } from "./reach-fault.ts";
import type { Reach } from "./reach-fault.ts";

/** Something else that is answered at paths of its own: `/mcp`. Who asks has a good host and origin, and is not admitted yet. */
export interface Mount {
  readonly path: string;
  fetch(request: Request, from: RequestOrigin): Response | Promise<Response>;
}

/** What an application is made of. */
export interface HttpAppPorts {
  readonly gate: OperationGate;
  /** All that are carried out here; those without a route stay where they are. */
  readonly operations: readonly Operation<unknown, unknown, unknown>[];
  /** Whom it answers. */
  readonly settings: Pick<ServeSettings, "allowedHosts" | "allowedOrigins" | "rate">;
  /** Whether it can be reached from other machines. */
  readonly wide: boolean;
  readonly operator: Pick<OperatorPorts, "metrics" | "health">;
  readonly mounts?: readonly Mount[];
  /** Text by path: `/llms.txt`. */
  readonly pages?: Readonly<Record<string, () => string>>;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly version: string;
  /** Is told why a request was answered with 500, or a stream was cut off. */
  readonly onFault: (error: unknown, about: { readonly requestId: string; readonly method: string; readonly path: string }) => void;
}

/** Answers requests. Disposing ends streams with a last event, and refuses what still comes. */
export interface HttpApp extends Disposable {
  fetch(request: Request, from: RequestOrigin): Promise<Response>;
}

/** All that a serving process answers over HTTP. */
export function createHttpApp(ports: HttpAppPorts): HttpApp {
  const { clock, ids, gate, operations, settings, wide, version, onFault } = ports;
  const closing = new AbortController();
  const reach: Reach = { wide, ...settings };
  const admission = openAdmission({ gate, clock, ...(settings.rate === undefined ? {} : { rate: settings.rate }) });
  const app = new Hono<HttpEnv>();
  const faultOf = (error: unknown, context: Context<HttpEnv>): void =>
    onFault(error, { requestId: context.get("requestId"), method: context.req.method, path: context.req.path });

  app.use(async (context, next) => {
    const given = context.req.header("x-request-id");
    const requestId = given !== undefined && REQUEST_ID.test(given) ? given : ids.next();
    context.set("requestId", requestId);
    await next();
    const { headers } = context.res;
    headers.set("x-request-id", requestId);
    headers.set("x-content-type-options", "nosniff");
    if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  });
  app.use(async (context, next) => {
    const origin = context.req.header("origin");
    const fault = reachFault({ host: context.req.header("host"), origin }, reach);
    if (fault !== undefined) throw new HttpRefusal("http.foreign", fault);
    if (closing.signal.aborted)
      throw new HttpRefusal("http.closing", "this process is ending", { connection: "close", "retry-after": "1" });
    if (context.req.method === "OPTIONS" && context.req.header("access-control-request-method") !== undefined) {
      return context.body(null, 204, { ...PREFLIGHT, ...pageHeaders(origin) });
    }
    await next();
    for (const [name, value] of Object.entries(pageHeaders(origin))) context.res.headers.set(name, value);
    return undefined;
  });
  const admit = async (context: Context<HttpEnv>): Promise<AdmittedCaller> =>
    await admission.admit(context.req.raw.headers, context.env.address, context.req.raw.signal);
  const letIn = async (context: Context<HttpEnv>): Promise<void> => await mayRead(await admit(context), context.req.raw.signal);
  app.route("/", operatorRoutes({ ...ports.operator, ...(wide && gate.asks ? { letIn } : {}) }));
  let document: string | undefined;
  app.get(`${API_ROOT}/openapi.json`, (context) => {
    document ??= JSON.stringify(openApiDocument(operations, { version, asks: gate.asks }));
    return context.body(document, 200, { "content-type": "application/json" });
  });
  const api = apiRoutes({ operations, clock, closing: closing.signal });
  app.all(
    `${API_ROOT}/*`,
    async (context) => await api(context.req.raw, { admit: async () => await admit(context), onFault: (error) => faultOf(error, context) }),
  );
  for (const mount of ports.mounts ?? []) app.all(mount.path, async (context) => await mount.fetch(context.req.raw, context.env));
  for (const [path, text] of Object.entries(ports.pages ?? {})) app.get(path, (context) => context.text(text()));
  app.notFound(() => {
    throw new HttpRefusal(
      "http.not-found",
      `there is nothing here: the operations are below ${API_ROOT}, and ${API_ROOT}/openapi.json lists them`,
    );
  });
  app.onError((error, context) => {
    const refusal = refusalResponse(error);
    if (refusal !== undefined) return refusal;
    faultOf(error, context);
    const message = `something went wrong; the log of the process tells more under ${context.get("requestId")}`;
    return jsonResponse({ error: { code: "http.fault", message } }, 500);
  });
  return {
    fetch: async (request, from) => await app.fetch(request, from),
    [Symbol.dispose]: () => closing.abort(),
  };
}

/** Ids that others give are written into logs. */
const REQUEST_ID = /^[\w.:-]{1,100}$/;

const PREFLIGHT = {
  "access-control-allow-methods": "GET, POST, PUT, DELETE",
  "access-control-allow-headers":
    "authorization, content-type, idempotency-key, last-event-id, mcp-method, mcp-name, mcp-protocol-version, mcp-session-id, x-api-key, x-request-id",
  "access-control-max-age": "600",
} as const;

/** Only pages that may ask get here. None is let in by what its browser keeps: there are no cookies. */
function pageHeaders(origin: string | undefined): Readonly<Record<string, string>> {
  if (origin === undefined) return {};
  return {
    "access-control-allow-origin": origin,
    "access-control-expose-headers": "location, mcp-session-id, retry-after, www-authenticate, x-request-id",
    vary: "origin",
  };
}

/** What operators ask for is of no tenant, and for whoever may read at all. */
async function mayRead({ operations }: AdmittedCaller, signal: AbortSignal): Promise<void> {
  await operations.call(listExecutions, { limit: 1 }, { signal });
}
