import type { Operation } from "../contract/operation.ts";
import { API_ROOT, apiRoutes } from "./api-routes.ts";
import { guardRoutes } from "./guarded-app.ts";
import type { GuardedPorts, HttpApp, UpgradeHandler } from "./guarded-app.ts";
import type { RequestOrigin } from "./http-env.ts";
import { HttpRefusal } from "./http-refusal.ts";
import { LIVE_PATH, LiveFeed } from "./live-feed.ts";
import { openApiDocument } from "./open-api.ts";

/** Something else that is answered at a path of its own: `/mcp`. Who asks has a good host and origin, and is not admitted yet. */
export interface Mount {
  readonly path: string;
  fetch(request: Request, from: RequestOrigin): Response | Promise<Response>;
}

/** What an application is made of. */
export interface HttpAppPorts extends GuardedPorts {
  /** All that are carried out here; those without a route stay where they are. */
  readonly operations: readonly Operation<unknown, unknown, unknown>[];
  readonly mounts?: readonly Mount[];
  /** By path, beside the news at `/ws/live`. */
  readonly sockets?: Readonly<Record<string, UpgradeHandler>>;
  /** Text by path: `/llms.txt`. */
  readonly pages?: Readonly<Record<string, () => string>>;
}

/** All that a serving process answers over HTTP. */
export function createHttpApp(ports: HttpAppPorts): HttpApp {
  const { clock, gate, operations, version } = ports;
  const { routes, admission, admit, faulty, closing, app } = guardRoutes(ports);
  let document: string | undefined;
  routes.get(`${API_ROOT}/openapi.json`, (context) => {
    document ??= JSON.stringify(openApiDocument(operations, { version, asks: gate.asks }));
    return context.body(document, 200, { "content-type": "application/json" });
  });
  const api = apiRoutes({ operations, clock, closing });
  routes.all(
    `${API_ROOT}/*`,
    async (context) => await api(context.req.raw, { admit: async () => await admit(context), onFault: (error) => faulty(error, context) }),
  );
  for (const mount of ports.mounts ?? []) {
    routes.all(mount.path, async (context) => {
      const { address } = context.env;
      admission.refuseGuessing(address);
      const response = await mount.fetch(context.req.raw, context.env);
      if (response.status === 401) admission.guessed(address);
      return response;
    });
  }
  for (const [path, text] of Object.entries(ports.pages ?? {})) routes.get(path, (context) => context.text(text()));
  routes.notFound(() => {
    throw new HttpRefusal(
      "http.not-found",
      `there is nothing here: the operations are below ${API_ROOT}, and ${API_ROOT}/openapi.json lists them`,
    );
  });
  const live = new LiveFeed({ ...ports, admission, closing });
  return app({ ...ports.sockets, [LIVE_PATH]: live.upgrade }, live);
}
