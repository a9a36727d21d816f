import { isJsonObject } from "../../src/base/json.ts";
import type { Json } from "../../src/base/json.ts";
import { pathParameters } from "../../src/http/route-table.ts";
import type { RoutedOperation } from "../../src/http/route-table.ts";
import { OPERATION_SAMPLES } from "./operation-samples.ts";
import type { SampleFacts } from "./operation-samples.ts";

/** A request to an operation at its route. */
export interface SampleRequest {
  readonly method: string;
  /** Below `/api/v1`. */
  readonly path: string;
  readonly body?: Json;
}

/** The sample of an operation as a request. */
export function sampleRequest({ operation, route }: RoutedOperation, facts: SampleFacts): SampleRequest {
  const sample = OPERATION_SAMPLES[operation.name]?.(facts);
  const document: Record<string, Json> = isJsonObject(sample) ? { ...sample } : {};
  const { method } = route;
  let { path } = route;
  for (const name of pathParameters(path)) {
    path = path.replace(`{${name}}`, encodeURIComponent(textOf(document[name])));
    delete document[name];
  }
  if (method === "POST" || method === "PUT") return { method, path, body: document };
  const query = new URLSearchParams(Object.entries(document).map(([name, value]): [string, string] => [name, textOf(value)]));
  return { method, path: `${path}?${query.toString()}` };
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
