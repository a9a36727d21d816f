import { z } from "zod";
import { defineTool, type ToolPlan } from "../../kit/define-tool.ts";
import { callApi } from "../call-api.ts";
import type { Gateway } from "../gateway.ts";

export function callExternalApi(gateway: Gateway): ToolPlan {
  const endpoints = [...gateway.apis.values()].flatMap(({ config }) => Object.values(config.endpoints));
  const reads = endpoints.every(({ method }) => method === "GET" || method === "HEAD");
  return defineTool({
    name: "call_external_api",
    title: "Call an API",
    description:
      "Calls an endpoint of a configured API and gives what its mapping takes out of the answer. Limits, repeating and waiting are taken care of.",
    // Of a file in which every endpoint only reads, so does this tool.
    effect: reads ? "reads" : "changes",
    destructive: !reads,
    openWorld: true,
    input: z.strictObject({
      api_name: z.string().min(1).max(100).describe("One that list_available_apis gives"),
      endpoint: z.string().min(1).max(100).describe("An endpoint of it"),
      parameters: z.record(z.string().max(100), z.json()).default({}).describe("What get_api_schema says that the endpoint takes"),
    }),
    output: z.object({
      api_name: z.string(),
      endpoint: z.string(),
      status: z.int().describe("Status of HTTP"),
      data: z.json().describe("What the mapping has made of the answer"),
      attempts: z.int().min(0).describe("How often the API was asked; 0 when the answer was remembered"),
      duration_ms: z.number().min(0),
      cached: z.boolean().describe("Whether it is an earlier answer that may be used again"),
    }),
    run: async ({ api_name: apiName, endpoint, parameters }, { tenant, key, signal }) => {
      const startedMs = performance.now();
      const asked = { apiName, endpoint, parameters, tenant, signal, ...(key === undefined ? {} : { key }) };
      const { status, data, attempts, cached } = await callApi(gateway, asked);
      return {
        api_name: apiName,
        endpoint,
        status,
        data: data as z.core.util.JSONType,
        attempts,
        duration_ms: Math.round(performance.now() - startedMs),
        cached,
      };
    },
  });
}
