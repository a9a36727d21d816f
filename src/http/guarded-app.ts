import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { Hono } from "hono";
import type { Context } from "hono";
import type { Clock } from "../base/clock.ts";
import type { IdSource } from "../base/ids.ts";
import { listExecutions } from "../contract/list-executions.ts";
import type { AdmittedCaller, OperationGate } from "../contract/operation-caller.ts";
import type { ServeSettings } from "../model/serve-settings.ts";
import { openAdmission } from "./admission.ts";
import type { Admission } from "./admission.ts";
import type { HttpEnv, RequestOrigin } from "./http-env.ts";
import { HttpRefusal, jsonResponse, refusalResponse } from "./http-refusal.ts";
import { operatorRoutes } from "./operator-routes.ts";
import type { OperatorPorts } from "./operator-routes.ts";
import { reachFault } from "./reach-fault.ts";
import { refuseUpgrade } from "./refuse-upgrade.ts";

/** Takes over a connection that is to become another one. Who asks has a good host and origin, and is not admitted yet. */
export type UpgradeHandler = (request: IncomingMessage, wire: Duplex, head: Buffer) => void;

/** What every application is made of. */
export interface GuardedPorts {
  /** Also what limits how often one caller may ask. */
  readonly gate: OperationGate;
  /** Whom it answers. */
  readonly settings: Pick<ServeSettings, "allowedHosts" | "allowedOrigins">;
  /** Whether it can be reached from other machines. */
  readonly wide: boolean;
  readonly operator: Pick<OperatorPorts, "metrics" | "health">;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly version: string;
  /** Is told why a request was answered with 500, or a stream was cut off. */
  readonly onFault: (error: unknown, about: { readonly requestId: string; readonly method: string; readonly path: string }) => void;
}

/** Answers requests. Disposing ends streams with a last event, and refuses what still comes. */
export interface HttpApp extends AsyncDisposable {
  fetch(request: Request, from: RequestOrigin): Promise<Response>;
  readonly upgrade: UpgradeHandler;
}

/** What stands before the routes of an application. */
export interface Guard {
  /** Has what operators ask for; the routes are to be added. */
  readonly routes: Hono<HttpEnv>;
  readonly admission: Admission;
  readonly admit: (context: Context<HttpEnv>) => Promise<AdmittedCaller>;
  readonly faulty: (error: unknown, context: Context<HttpEnv>) => void;
  /** Aborts when the application is disposed. */
  readonly closing: AbortSignal;
  /**
   * @param sockets - by path
   * @param own - what is disposed with the application, after `closing`
   */
  readonly app: (sockets: Readonly<Record<string, UpgradeHandler>>, own: AsyncDisposable) => HttpApp;
}

/** Lets through what comes under a good name from a good page, and answers what is thrown behind it. */
export function guardRoutes(ports: GuardedPorts): Guard {
  const { clock, gate, settings, wide } = ports;
  const closing = new AbortController();
  const admission = openAdmission({ gate, clock });
  const routes = new Hono<HttpEnv>();
  const faulty = (error: unknown, context: Context<HttpEnv>): void =>
    ports.onFault(error, { requestId: context.get("requestId"), method: context.req.method, path: context.req.path });
  const admit = async (context: Context<HttpEnv>): Promise<AdmittedCaller> =>
    await admission.admit(context.req.raw.headers, context.env.address, context.req.raw.signal);
  addHeaders(routes, ports);
  guardOrigin(routes, ports, closing.signal);
  const letIn = async (context: Context<HttpEnv>): Promise<void> => await mayRead(await admit(context), context.req.raw.signal);
  routes.route("/", operatorRoutes({ ...ports.operator, ...(wide && gate.asks ? { letIn } : {}) }));
  routes.onError((error, context) => {
    const refusal = refusalResponse(error);
    if (refusal !== undefined) return refusal;
    faulty(error, context);
    const message = `something went wrong; the log of the process tells more under ${context.get("requestId")}`;
    return jsonResponse({ error: { code: "http.fault", message } }, 500);
  });
  return {
    routes,
    admission,
    admit,
    faulty,
    closing: closing.signal,
    app: (sockets, own) => ({
      fetch: async (request, from) => await routes.fetch(request, from),
      upgrade(request, wire, head) {
        const { host, origin } = request.headers;
        const fault = reachFault({ host, origin }, { wide, ...settings });
        if (fault !== undefined) return refuseUpgrade(wire, new HttpRefusal("http.foreign", fault));
        const [path = ""] = (request.url ?? "").split("?", 1);
        const handler = Object.hasOwn(sockets, path) && !closing.signal.aborted ? sockets[path] : undefined;
        if (handler === undefined) return refuseUpgrade(wire, new HttpRefusal("http.not-found", `there is no WebSocket at ${path}`));
        handler(request, wire, head);
      },
      async [Symbol.asyncDispose]() {
        closing.abort();
        await own[Symbol.asyncDispose]();
      },
    }),
  };
}

/** Ids that others give are written into logs. */
const REQUEST_ID = /^[\w.:-]{1,100}$/;

function addHeaders(routes: Hono<HttpEnv>, { ids }: Pick<GuardedPorts, "ids">): void {
  routes.use(async (context, next) => {
    const given = context.req.header("x-request-id");
    const requestId = given !== undefined && REQUEST_ID.test(given) ? given : ids.next();
    context.set("requestId", requestId);
    await next();
    const { headers } = context.res;
    headers.set("x-request-id", requestId);
    headers.set("x-content-type-options", "nosniff");
    if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  });
}

function guardOrigin(routes: Hono<HttpEnv>, { wide, settings }: Pick<GuardedPorts, "wide" | "settings">, closing: AbortSignal): void {
  routes.use(async (context, next) => {
    const origin = context.req.header("origin");
    const fault = reachFault({ host: context.req.header("host"), origin }, { wide, ...settings });
    if (fault !== undefined) throw new HttpRefusal("http.foreign", fault);
    if (closing.aborted) throw new HttpRefusal("http.closing", "this process is ending", { connection: "close", "retry-after": "1" });
    if (context.req.method === "OPTIONS" && context.req.header("access-control-request-method") !== undefined) {
      return context.body(null, 204, { ...PREFLIGHT, ...pageHeaders(origin) });
    }
    await next();
    for (const [name, value] of Object.entries(pageHeaders(origin))) context.res.headers.set(name, value);
    return undefined;
  });
}

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
