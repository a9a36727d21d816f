import { Client, StreamableHTTPClientTransport, type Tool } from "@modelcontextprotocol/client";
import fc from "fast-check";
import type { Json, JsonObject } from "tutti/server";
import { expect, test } from "vitest";
import { anyFitting } from "../support/any-fitting.ts";
import type { Environment } from "../support/built-command.ts";
import { inspect } from "../support/inspector.ts";
import { type ListedServer, REFERENCE_SERVERS } from "../support/reference-servers.ts";
import { start } from "../support/reference-server.ts";
import { serveOverHttp } from "../support/served-reference-server.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** More of them are tried with GENERATED_INPUTS=400. The seed is fixed: what fails here fails again. */
const INPUTS_FOR_EACH_TOOL = Number(process.env["GENERATED_INPUTS"] ?? 12);
const SEED = Number(process.env["SEED"] ?? 20_261_121);

const AT_ONCE = 20;

/** No host in the world is asked: a generated address would be looked up by a name server. */
const ENVIRONMENT = { ALLOWED_HOSTS: "nobody.invalid", RATE_LIMIT_PER_MINUTE: "1000000" };

test.each(REFERENCE_SERVERS)("$name does as it says for whatever any client asks of it", async ({ name, tools: documented }) => {
  using directory = temporaryDirectory();
  const environment = { ...ENVIRONMENT, STATE_DIR: `${directory.path}/state`, EXCHANGE_DIR: `${directory.path}/exchange` };
  await tryOverHttp({ name, tools: documented }, environment, directory.path);

  // A client that knows nothing of envelopes, over stdio, on the state that the other process has left.
  await using overStdio = await start(name, environment);
  const plain = await overStdio.client.callTool({ name: "get_server_status", arguments: {} });
  expect(plain.structuredContent).toMatchObject({ server: name, tools: expect.arrayContaining([...documented]) });
});

async function tryOverHttp({ name, tools: documented }: ListedServer, environment: Environment, directory: string): Promise<void> {
  await using served = await serveOverHttp(name, environment);

  const health = await fetch(new URL("/health", served.url));
  expect([health.status, await health.json()]).toEqual([
    200,
    expect.objectContaining({ server: name, uptime_seconds: expect.any(Number) }),
  ]);

  const client = new Client({ name: "stranger", version: "1.0.0" });
  await client.connect(new StreamableHTTPClientTransport(new URL(served.url)));
  try {
    const { tools } = await client.listTools();
    expect(tools.map((tool) => tool.name).toSorted()).toEqual([...documented, "get_server_status"].toSorted());
    expect(tools.flatMap(undescribed)).toEqual([]);
    const status = await client.callTool({ name: "get_server_status", arguments: {} });
    expect(status.structuredContent).toMatchObject({ server: name, version: "0.1.0", calls: { failed: 0 } });

    expect(await complaints(client, tools.flatMap(fittingCalls), withoutFault)).toEqual([]);
    expect(await complaints(client, tools.flatMap(wrongCalls), toldByName)).toEqual([]);
  } finally {
    await client.close();
  }

  const inspected = await inspect([served.url], ["--method", "tools/list"], directory);
  expect(inspected).toMatchObject({ exitCode: 0 });
  for (const tool of documented) expect(inspected.stdout).toContain(`"${tool}"`);
}

interface Asked {
  readonly tool: string;
  readonly arguments: JsonObject;
  /** What a refusal has to name. */
  readonly naming?: string;
}

type Answer = Awaited<ReturnType<Client["callTool"]>>;

/** Asks all of it, some at a time, and tells what is wrong with the answers. */
async function complaints(
  client: Client,
  asked: readonly Asked[],
  complaintOf: (asked: Asked, answer: Answer) => string | undefined,
): Promise<readonly string[]> {
  const found: string[] = [];
  const left = [...asked];
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      // The client checks what comes against the output schema of the tool.
      const answer = await client.callTool({ name: next.tool, arguments: { ...next.arguments } }, { timeout: 120_000 });
      const complaint = complaintOf(next, answer);
      if (complaint !== undefined) found.push(`${next.tool} of ${JSON.stringify(next.arguments).slice(0, 300)}: ${complaint}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return found;
}

function withoutFault(_asked: Asked, answer: Answer): string | undefined {
  if (answer.isError !== true) return answer.structuredContent === undefined ? "no structured content" : undefined;
  const text = textOf(answer);
  return text.includes("the log of its server says why") || text.length < 10 ? `it says "${text}"` : undefined;
}

function toldByName({ naming = "" }: Asked, answer: Answer): string | undefined {
  if (answer.isError !== true) return "it was taken";
  return textOf(answer).includes(naming) ? undefined : `"${naming}" is not named: ${textOf(answer)}`;
}

function textOf({ content }: Answer): string {
  return content.map((part) => (part.type === "text" ? part.text : "")).join("\n");
}

function fittingCalls(tool: Tool): readonly Asked[] {
  const inputs = fc.sample(anyFitting(tool.inputSchema as JsonObject), { seed: SEED, numRuns: INPUTS_FOR_EACH_TOOL });
  return inputs.map((input) => ({ tool: tool.name, arguments: input as JsonObject }));
}

/** An argument too many, one too few, and one of another type. */
function wrongCalls(tool: Tool): readonly Asked[] {
  const schema = tool.inputSchema as JsonObject;
  const properties = Object.entries((schema["properties"] ?? {}) as JsonObject);
  const required = (schema["required"] ?? []) as readonly string[];
  const [fitting = {}] = fc.sample(anyFitting(schema), { seed: SEED, numRuns: 1 }) as JsonObject[];
  const without = (name: string): JsonObject => Object.fromEntries(Object.entries(fitting).filter(([key]) => key !== name));
  return [
    { tool: tool.name, arguments: { ...fitting, nonsense_argument: 1 }, naming: "nonsense_argument" },
    ...required.map((name) => ({ tool: tool.name, arguments: without(name), naming: name })),
    ...properties.flatMap(([name, part]) => {
      const wrong = ofAnotherType(part);
      return wrong === undefined ? [] : [{ tool: tool.name, arguments: { ...fitting, [name]: wrong }, naming: name }];
    }),
  ];
}

function ofAnotherType(schema: Json): Json | undefined {
  switch ((schema as JsonObject)["type"]) {
    case "string":
    case "integer":
    case "number":
    case "boolean":
    case "array":
      return { of: "another type" };
    case "object":
      return "of another type";
    default:
      return undefined;
  }
}

function undescribed(tool: Tool): readonly string[] {
  const problems: string[] = [];
  if ((tool.description ?? "").length < 20) problems.push(`${tool.name} is not described`);
  if (tool.outputSchema === undefined) problems.push(`${tool.name} does not say what it gives`);
  const { annotations = {} } = tool;
  for (const hint of ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"] as const) {
    if (typeof annotations[hint] !== "boolean") problems.push(`${tool.name} says nothing of ${hint}`);
  }
  for (const [name, part] of Object.entries((tool.inputSchema["properties"] ?? {}) as JsonObject)) {
    if (typeof (part as JsonObject)["description"] !== "string") problems.push(`${tool.name}: ${name} is not described`);
  }
  return problems;
}
