import * as z from "zod";
import type { Json, JsonObject } from "../base/json.ts";
import { isJsonArray, isJsonObject } from "../base/json.ts";
import { ERROR_TRAITS } from "../contract/error-traits.ts";
import type { Operation } from "../contract/operation.ts";
import type { ErrorCode } from "../model/errors.ts";
import { HTTP_REFUSALS } from "./http-refusal.ts";
import { membersOf } from "./read-input.ts";
import { pathParameters, routedOperations } from "./route-table.ts";
import type { RoutedOperation } from "./route-table.ts";

type Operations = readonly Operation<unknown, unknown, unknown>[];

/** The OpenAPI 3.1 document of the operations that have a route. */
export function openApiDocument(
  operations: Operations,
  { version, asks }: { readonly version: string; readonly asks: boolean },
): JsonObject {
  const routed = routedOperations(operations);
  const paths: Record<string, Record<string, Json>> = {};
  for (const one of routed) (paths[one.route.path] ??= {})[one.route.method.toLowerCase()] = pathItem(one);
  return {
    openapi: "3.1.0",
    info: {
      title: "Tutti",
      version,
      description: "Durable workflows over MCP servers. Every operation of Tutti that the world may ask for, one route for each.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/api/v1" }],
    ...(asks ? { security: [{ token: [] }, { apiKey: [] }] } : {}),
    tags: [...new Set(routed.map(tagOf))].sort().map((name) => ({ name })),
    paths,
    components: {
      schemas: { Error: ERROR_SCHEMA, ...Object.assign({}, ...routed.map(schemasOf)) },
      responses: responses(),
      securitySchemes: {
        token: { type: "http", scheme: "bearer", bearerFormat: "JWT", description: "A token of the configured issuer, or an API key." },
        apiKey: { type: "apiKey", in: "header", name: "X-API-Key" },
      },
    },
  };
}

const ERROR_SCHEMA: JsonObject = {
  type: "object",
  required: ["error"],
  additionalProperties: false,
  properties: {
    error: {
      type: "object",
      required: ["code", "message"],
      additionalProperties: false,
      properties: {
        code: { type: "string", enum: [...Object.keys(ERROR_TRAITS), ...Object.keys(HTTP_REFUSALS)] },
        message: { type: "string", description: "For people: what was wrong, and what would be right." },
        problems: { type: "array", items: { type: ["string", "object"] }, description: "Everything that is wrong with what was sent." },
        details: { type: "object", description: "The same facts for programs." },
      },
    },
  },
};

/** Of every operation, because they come before it is asked for. */
const ALWAYS: readonly number[] = [400, 401, 403, 429, 500, 503];

function pathItem(one: RoutedOperation): JsonObject {
  const { name, title, description, permission, repeatable } = one.operation;
  return {
    operationId: name,
    summary: title,
    description: `${description}\n\nNeeds \`${permission}\`. ${SENT_AGAIN[repeatable]}`,
    tags: [tagOf(one)],
    parameters: parametersOf(one),
    ...(hasBody(one) ? { requestBody: bodyOf(one) } : {}),
    responses: responsesOf(one),
  };
}

function hasBody({ route }: RoutedOperation): boolean {
  return route.method === "POST" || route.method === "PUT";
}

function parametersOf(one: RoutedOperation): readonly Json[] {
  const { operation, route } = one;
  const inPath = pathParameters(route.path);
  const inQuery = hasBody(one) ? [] : Object.keys(membersOf(operation)).filter((member) => !inPath.includes(member));
  const required = requiredOf(operation);
  return [
    ...inPath.map((member) => parameter(operation, member, { in: "path", required: true })),
    ...inQuery.map((member) => parameter(operation, member, { in: "query", required: required.includes(member) })),
    ...(operation.kind === "change" && operation.repeatable === "with-request-key" ? [IDEMPOTENCY_KEY] : []),
    ...(operation.item === undefined ? [] : [LAST_EVENT_ID]),
  ];
}

function bodyOf({ operation, route }: RoutedOperation): JsonObject {
  const inPath = pathParameters(route.path);
  return {
    required: requiredOf(operation).some((member) => !inPath.includes(member)),
    content: { "application/json": { schema: reference(operation.name, "input") } },
  };
}

function responsesOf(one: RoutedOperation): JsonObject {
  const { operation, route } = one;
  const content = { "application/json": { schema: reference(operation.name, "output") } };
  const made = { description: "It was made.", headers: { Location: { schema: { type: "string" } } }, content };
  return {
    "200": {
      description: route.creates === undefined ? "Done." : "It was there already.",
      content: operation.item === undefined ? content : { ...content, ...EVENTS },
    },
    ...(route.creates === undefined ? {} : { "201": made }),
    ...Object.fromEntries(statusesOf(one).map((status) => [String(status), { $ref: `#/components/responses/${status}` }])),
  };
}

function statusesOf(one: RoutedOperation): readonly number[] {
  const own = (one.operation.errors ?? []).map((code: ErrorCode) => ERROR_TRAITS[code].httpStatus);
  const ofBody = hasBody(one) ? [413, 415] : [];
  const ofPath = pathParameters(one.route.path).length > 0 ? [404] : [];
  return [...new Set([...ALWAYS, ...own, ...ofBody, ...ofPath])].sort(ascending);
}

const EVENTS: JsonObject = {
  "text/event-stream": { schema: { type: "string", description: "Events, each with an item, and at last `result` with the output." } },
};

const SENT_AGAIN: Readonly<Record<Operation<never, never>["repeatable"], string>> = {
  always: "Asking again does no harm.",
  "with-request-key": "With a key (`request_key`, or `Idempotency-Key`) asking again does nothing twice, and is answered in the same way.",
  never: "Asking again does it again.",
};

const IDEMPOTENCY_KEY: JsonObject = {
  name: "Idempotency-Key",
  in: "header",
  description: "The same as `request_key` in the body.",
  schema: { type: "string", minLength: 1, maxLength: 200 },
};

const LAST_EVENT_ID: JsonObject = {
  name: "Last-Event-ID",
  in: "header",
  description: "Where a stream goes on: the id of the last event that was seen. Event sources send it by themselves.",
  schema: { type: "integer", minimum: 0 },
};

function parameter(operation: RoutedOperation["operation"], name: string, about: JsonObject): JsonObject {
  return {
    name,
    ...about,
    schema: rebased(membersOf(operation)[name] ?? {}, `#/components/schemas/${componentName(operation.name, "input")}`),
  };
}

function requiredOf({ input }: RoutedOperation["operation"]): readonly string[] {
  const { required } = z.toJSONSchema(input, { io: "input" });
  return required ?? [];
}

/** The first part of the path, which is the thing that it is about. */
function tagOf({ route }: RoutedOperation): string {
  return route.path.split("/")[1] ?? "";
}

function schemasOf({ operation, route }: RoutedOperation): JsonObject {
  const { name, input, output, item } = operation;
  const members = new Set(pathParameters(route.path));
  return {
    [componentName(name, "input")]: withoutMembers(component(input, name, "input"), members),
    [componentName(name, "output")]: component(output, name, "output"),
    ...(item === undefined ? {} : { [componentName(name, "item")]: component(item, name, "item") }),
  };
}

type Part = "input" | "output" | "item";

function component(schema: z.ZodType, name: string, part: Part): JsonObject {
  const { $schema: _, ...document } = z.toJSONSchema(schema, { io: "input" }) as JsonObject;
  return rebased(document, `#/components/schemas/${componentName(name, part)}`) as JsonObject;
}

/** A schema within a document: what it refers to in itself is elsewhere now. */
function rebased(schema: Json, base: string): Json {
  if (isJsonArray(schema)) return schema.map((element) => rebased(element, base));
  if (!isJsonObject(schema)) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === "$ref" && typeof value === "string" && value.startsWith("#") ? `${base}${value.slice(1)}` : rebased(value, base),
    ]),
  );
}

/** Members that are in the path are not in the body. */
function withoutMembers(schema: JsonObject, members: ReadonlySet<string>): JsonObject {
  const { properties, required } = schema;
  if (!isJsonObject(properties)) return schema;
  return {
    ...schema,
    properties: Object.fromEntries(Object.entries(properties).filter(([name]) => !members.has(name))),
    ...(isJsonArray(required) ? { required: required.filter((name) => typeof name !== "string" || !members.has(name)) } : {}),
  };
}

function reference(name: string, part: Part): JsonObject {
  return { $ref: `#/components/schemas/${componentName(name, part)}` };
}

/** `get_execution` and `output`: `GetExecutionOutput`. */
function componentName(name: string, part: Part): string {
  return `${name}_${part}`.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** By status: the codes that are answered with it. */
function responses(): JsonObject {
  const codes = [
    ...Object.entries(ERROR_TRAITS).map(([code, { httpStatus }]) => ({ code, status: httpStatus })),
    ...Object.entries(HTTP_REFUSALS).map(([code, { status }]) => ({ code, status })),
  ];
  const statuses = [...new Set(codes.map(({ status }) => status))].sort(ascending);
  return Object.fromEntries(
    statuses.map((status) => {
      const here = codes.filter((one) => one.status === status).map(({ code }) => code);
      const example = { error: { code: here[0] ?? "", message: "what was wrong, and what would be right" } };
      const headers =
        status === 401 ? "WWW-Authenticate" : status === 429 || status === 503 ? "Retry-After" : status === 405 ? "Allow" : undefined;
      return [
        String(status),
        {
          description: here.map((code) => `\`${code}\``).join(", "),
          ...(headers === undefined ? {} : { headers: { [headers]: { schema: { type: "string" } } } }),
          content: { "application/json": { schema: { $ref: "#/components/schemas/Error" }, example } },
        },
      ];
    }),
  );
}

function ascending(left: number, right: number): number {
  return left - right;
}
