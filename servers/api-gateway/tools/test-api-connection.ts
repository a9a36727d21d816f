import { ToolError } from "tutti/server";
import { z } from "zod";
import { defineTool, type ToolPlan } from "../../kit/define-tool.ts";
import { baseOf } from "../call-api.ts";
import { findApi, type Gateway, type RunningApi } from "../gateway.ts";
import { rateLimitExceeded } from "../gateway-error.ts";

const TIMEOUT_MAX_MS = 5_000;

export function testApiConnection(gateway: Gateway): ToolPlan {
  return defineTool({
    name: "test_api_connection",
    title: "See whether an API is there",
    description: "Sends one request without parameters to an API and tells whether anything answers. It changes nothing for its breaker.",
    effect: "reads",
    openWorld: true,
    input: z.strictObject({ api_name: z.string().min(1).max(100).describe("One that list_available_apis gives") }),
    output: z.object({
      api_name: z.string(),
      reachable: z.boolean().describe("Whether anything answered, with whatever status"),
      status: z.int().optional().describe("Status of HTTP"),
      response_ms: z.number().min(0),
      breaker: z.enum(["closed", "open", "half_open"]),
      problem: z.string().optional().describe("Why it is not reachable"),
    }),
    run: async ({ api_name: apiName }, { signal }) => {
      const api = findApi(gateway, apiName);
      const waitMs = api.rate.take(gateway.clock.now());
      if (waitMs > 0) throw rateLimitExceeded(`"${apiName}" may be asked ${api.config.rate_limit_per_minute} times a minute`, waitMs);
      const startedMs = performance.now();
      const answered = await ask(gateway, api, signal);
      const breaker = api.breaker.state(gateway.clock.now());
      return { api_name: apiName, ...answered, response_ms: Math.round(performance.now() - startedMs), breaker };
    },
  });
}

type Answered = { readonly reachable: true; readonly status: number } | { readonly reachable: false; readonly problem: string };

async function ask({ http, credentials, secrets }: Gateway, api: RunningApi, signal: AbortSignal): Promise<Answered> {
  const { name, config } = api;
  const base = baseOf(api);
  const url = new URL(base);
  url.pathname = `${base.pathname.replace(/\/$/, "")}${config.test_path}`;
  try {
    const request = await credentials.add(name, config, { method: "GET", url, headers: { accept: "application/json" } });
    const timeoutMs = Math.min(config.timeout_ms, TIMEOUT_MAX_MS);
    const { status } = await http.fetch(request.url.href, { headers: request.headers, signal, timeoutMs, headersOnly: true });
    return { reachable: true, status };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return { reachable: false, problem: secrets.hide(error.message) };
  }
}
