import { z } from "zod";
import { defineTool, type ToolPlan } from "../../kit/define-tool.ts";
import { findApi, type Gateway } from "../gateway.ts";

export function getApiSchema(gateway: Gateway): ToolPlan {
  return defineTool({
    name: "get_api_schema",
    title: "Describe an API",
    description: "Gives what the endpoints of an API take and give, and how the API is called.",
    effect: "reads",
    input: z.strictObject({ api_name: z.string().min(1).max(100).describe("One that list_available_apis gives") }),
    output: z.object({
      api_name: z.string(),
      description: z.string().optional(),
      timeout_ms: z.int().describe("For one attempt"),
      retries: z.int().describe("Attempts after the first one"),
      rate_limit_per_minute: z.int(),
      breaker: z.object({ failures: z.int(), seconds: z.number() }),
      endpoints: z.array(
        z.object({
          name: z.string(),
          description: z.string().optional(),
          method: z.string(),
          path: z.string(),
          parameters: z.record(z.string(), z.json()).describe("JSON Schema"),
          gives: z.array(z.string()).optional().describe("Names in the data; without it, the answer is given as it is"),
          cache_seconds: z.int(),
        }),
      ),
    }),
    run: ({ api_name: apiName }) => {
      const { config } = findApi(gateway, apiName);
      const described = (description: string | undefined): { description?: string } => (description === undefined ? {} : { description });
      return {
        api_name: apiName,
        ...described(config.description),
        timeout_ms: config.timeout_ms,
        retries: config.retries,
        rate_limit_per_minute: config.rate_limit_per_minute,
        breaker: config.breaker,
        endpoints: Object.entries(config.endpoints).map(
          ([name, { description, method, path, parameters, response_mapping: mapping, ...rest }]) => ({
            name,
            ...described(description),
            method,
            path,
            parameters,
            ...(mapping === undefined ? {} : { gives: Object.keys(mapping) }),
            cache_seconds: rest.cache_seconds,
          }),
        ),
      };
    },
  });
}
