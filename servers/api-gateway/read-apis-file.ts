import { z } from "zod";
import type { Environment } from "../kit/server-settings.ts";
import { readYamlSetting } from "../kit/yaml-setting.ts";

/** The name of a variable of the environment that holds a secret. */
const secretName = z.string().regex(/^[A-Z][A-Z0-9_]{0,99}$/, "the name of an environment variable is wanted, never a secret itself");
const name = z.string().regex(/^[a-z][a-z0-9_-]{0,63}$/);
const headerName = z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,99}$/);

const auth = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none") }),
  z.strictObject({ kind: z.literal("api_key"), secret: secretName, header: headerName.optional(), query: z.string().max(100).optional() }),
  z.strictObject({ kind: z.literal("bearer"), secret: secretName }),
  z.strictObject({ kind: z.literal("basic"), user: secretName, secret: secretName }),
  z.strictObject({
    kind: z.literal("oauth2"),
    token_url: z.string().max(2_000),
    client_id: secretName,
    secret: secretName,
    scope: z.string().max(1_000).optional(),
  }),
]);

const field = z.strictObject({
  from: z.string().regex(/^(?:\/.*)?$/, "a JSON pointer is wanted, such as /data/0/name"),
  type: z.enum(["string", "number", "integer", "boolean", "object", "array", "any"]).default("any"),
  required: z.boolean().default(true),
  default: z.json().optional(),
  get each() {
    return z.record(z.string(), field).optional();
  },
});

const endpoint = z.strictObject({
  description: z.string().max(1_000).optional(),
  method: z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]).default("GET"),
  path: z.string().regex(/^\/[^?#\s\\]*$/, "a path is wanted, such as /v1/users/{id}"),
  /** A JSON Schema of an object. */
  parameters: z.record(z.string(), z.json()).default({ type: "object", properties: {} }),
  /** Where a parameter goes; those in the path need not be named. */
  in: z.record(z.string(), z.enum(["query", "header", "body"])).default({}),
  headers: z.record(headerName, z.string().max(1_000)).default({}),
  response_mapping: z.record(z.string(), field).optional(),
  cache_seconds: z.int().min(0).max(86_400).default(0),
  /** Whether it may be sent again when its end is not known. Default: what HTTP says of the method. */
  idempotent: z.boolean().optional(),
});

const api = z.strictObject({
  description: z.string().max(1_000).optional(),
  base_url: z.string().max(2_000),
  auth: auth.default({ kind: "none" }),
  rate_limit_per_minute: z.int().min(1).max(10_000).default(60),
  timeout_ms: z.int().min(10).max(120_000).default(10_000),
  retries: z.int().min(0).max(10).default(2),
  breaker: z
    .strictObject({ failures: z.int().min(1).max(100).default(3), seconds: z.number().min(0.05).max(3_600).default(60) })
    .default({ failures: 3, seconds: 60 }),
  /** What is asked to see whether it is there. */
  test_path: z.string().startsWith("/").default("/"),
  endpoints: z.record(name, endpoint),
});

const apisFile = z.strictObject({ apis: z.record(name, api) });

export type ApiEndpoint = z.output<typeof endpoint>;
export type MappedField = z.output<typeof field>;
export type ApiConfig = Omit<z.output<typeof api>, "base_url"> & {
  /** Undefined when the variable that names it is not set. */
  readonly baseUrl: URL | undefined;
};

/** @throws Error - with all mistakes of the file */
export function readApisFile(path: string, environment: Environment): ReadonlyMap<string, ApiConfig> {
  const read = apisFile.safeParse(readYamlSetting("APIS_FILE", path));
  if (!read.success) throw new Error(`${path}: ${z.prettifyError(read.error)}`);
  return new Map(
    Object.entries(read.data.apis).map(([apiName, { base_url: base, auth: given, ...rest }]) => {
      const text = expanded(base, environment);
      const filled = given.kind === "oauth2" ? { ...given, token_url: expanded(given.token_url, environment) } : given;
      return [apiName, { ...rest, auth: filled, baseUrl: text === "" ? undefined : baseUrl(text, `${path}: ${apiName}`) }];
    }),
  );
}

/** `${NAME}` and `${NAME:-otherwise}`. */
function expanded(text: string, environment: Environment): string {
  return text.replaceAll(/\$\{([A-Z][A-Z0-9_]*)(?::-([^}]*))?\}/g, (_, variable: string, otherwise = "") => {
    const value = environment[variable]?.trim();
    return value === undefined || value === "" ? String(otherwise) : value;
  });
}

function baseUrl(text: string, where: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol)) throw new Error(`${where}: "${text}" is no URL of http or https`);
  // A password in a URL would be shown wherever the URL is.
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    throw new Error(`${where}: the base URL has a user, a query or a fragment in it`);
  }
  return url;
}
