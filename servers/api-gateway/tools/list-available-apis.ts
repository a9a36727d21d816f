import { z } from "zod";
import { defineTool, type ToolPlan } from "../../kit/define-tool.ts";
import type { Gateway } from "../gateway.ts";

export function listAvailableApis(gateway: Gateway): ToolPlan {
  return defineTool({
    name: "list_available_apis",
    title: "List the APIs",
    description: "Gives the APIs that can be called, their endpoints, and how it stands with each.",
    effect: "reads",
    input: z.strictObject({}),
    output: z.object({
      apis: z.array(
        z.object({
          name: z.string(),
          description: z.string().optional(),
          configured: z.boolean().describe("Whether it is known where it is"),
          auth: z.string().describe("How it is told who asks"),
          endpoints: z.array(z.string()),
          rate_limit_per_minute: z.int(),
          requests_left_this_minute: z.int(),
          breaker: z.enum(["closed", "open", "half_open"]).describe("open: it has failed too often, and is left alone"),
        }),
      ),
    }),
    run: () => ({
      apis: [...gateway.apis.values()].map(({ name, config, rate, breaker }) => ({
        name,
        ...(config.description === undefined ? {} : { description: config.description }),
        configured: config.baseUrl !== undefined,
        auth: config.auth.kind,
        endpoints: Object.keys(config.endpoints),
        rate_limit_per_minute: config.rate_limit_per_minute,
        requests_left_this_minute: rate.remaining(gateway.clock.now()),
        breaker: breaker.state(gateway.clock.now()),
      })),
    }),
  });
}
