import { Hono } from "hono";
import type { Context } from "hono";
import type { Json } from "../base/json.ts";
import { localOnly } from "./local-only.ts";

/** What the routes ask of the program. */
export interface OperatorPorts {
  /** With its media type. */
  readonly metrics: () => { readonly text: string; readonly type: string };
  readonly health: (signal: AbortSignal) => Promise<HealthAnswer>;
  /** Is told why a request was answered with 500. */
  readonly onFault: (error: Error) => void;
}

export interface HealthAnswer {
  /** Whether work can be given to it. */
  readonly well: boolean;
  readonly document: { readonly [key: string]: Json };
}

/** Nothing here takes a body, and none is read: what does not say how long it is ends with its connection. */
const BODY_BYTES_MAX = 4_096;

/**
 * What somebody asks who keeps the process running: `GET /metrics`, `GET` and `POST /health`, `GET /live`.
 *
 * Nobody has to say who he is, so all of it is only for this machine, and there is nothing of any tenant in it.
 */
export function operatorRoutes({ metrics, health, onFault }: OperatorPorts): Hono {
  const answerHealth = async (context: Context): Promise<Response> => {
    const { well, document } = await health(context.req.raw.signal);
    return context.json(document, well ? 200 : 503);
  };
  const app = new Hono();
  app.use(async (context, next) => {
    await next();
    context.header("cache-control", "no-store");
    context.header("x-content-type-options", "nosniff");
  });
  app.use(localOnly);
  app.use(async (context, next) => {
    if (Number(context.req.header("content-length") ?? 0) > BODY_BYTES_MAX)
      return context.json(refusal(`nothing here takes more than ${BODY_BYTES_MAX} bytes`), 413);
    return await next();
  });
  app.get("/live", (context) => context.json({ status: "live" }));
  app.get("/metrics", (context) => {
    const { text, type } = metrics();
    return context.body(text, 200, { "content-type": type });
  });
  app.on(["GET", "POST"], "/health", answerHealth);
  for (const [path, methods] of [
    ["/live", "GET"],
    ["/metrics", "GET"],
    ["/health", "GET, POST"],
  ] as const) {
    app.all(path, (context) => context.json(refusal(`${path} takes ${methods}`), 405, { allow: methods }));
  }
  app.notFound((context) => context.json(refusal("there are /metrics, /health and /live"), 404));
  app.onError((error, context) => {
    onFault(error);
    return context.json(refusal("something went wrong; the log of the process tells more"), 500);
  });
  return app;
}

function refusal(message: string): { readonly error: { readonly message: string } } {
  return { error: { message } };
}
