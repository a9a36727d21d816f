import { Hono } from "hono";
import type { Context } from "hono";
import type { JsonObject } from "../base/json.ts";
import type { HttpEnv } from "./http-env.ts";
import { HttpRefusal, jsonResponse } from "./http-refusal.ts";

/** What the routes ask of the program. */
export interface OperatorPorts {
  /** With its media type. */
  readonly metrics: () => { readonly text: string; readonly type: string };
  readonly health: (signal: AbortSignal) => Promise<HealthAnswer>;
  /** Lets somebody ask, or throws a refusal. Without it everybody may who reaches this. */
  readonly letIn?: (context: Context<HttpEnv>) => Promise<void>;
}

export interface HealthAnswer {
  /** Whether work can be given to it. */
  readonly well: boolean;
  readonly document: JsonObject;
}

/** Nothing here takes a body, and none is read: what does not say how long it is ends with its connection. */
const BODY_BYTES_MAX = 4_096;

/**
 * What somebody asks who keeps the process running: `GET /metrics`, `GET` and `POST /health`, `GET /live`. There is nothing
 * of any tenant in it, and `/live` only tells that there is somebody.
 */
export function operatorRoutes({ metrics, health, letIn }: OperatorPorts): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  app.get("/live", () => jsonResponse({ status: "live" }));
  app.get("/metrics", async (context) => {
    await letIn?.(context);
    const { text, type } = metrics();
    return context.body(text, 200, { "content-type": type });
  });
  app.on(["GET", "POST"], "/health", async (context) => {
    if (Number(context.req.header("content-length") ?? 0) > BODY_BYTES_MAX)
      throw new HttpRefusal("http.too-large", `this takes no more than ${BODY_BYTES_MAX} bytes`, { connection: "close" });
    await letIn?.(context);
    const { well, document } = await health(context.req.raw.signal);
    return jsonResponse(document, well ? 200 : 503);
  });
  for (const [path, allow] of Object.entries(METHODS)) {
    app.options(path, (context) => context.body(null, 204, { allow }));
    app.all(path, () => {
      throw new HttpRefusal("http.method", `${path} takes ${allow}`, { allow });
    });
  }
  return app;
}

const METHODS = { "/live": "GET, HEAD", "/metrics": "GET, HEAD", "/health": "GET, HEAD, POST" } as const;
