import { systemClock } from "../../src/base/clock.ts";
import type { JsonObject } from "../../src/base/json.ts";
import { openConnections } from "../../src/mcp-client/open-connections.ts";
import type { OAuthConfig } from "../../src/model/oauth.ts";
import type { ServerConfig } from "../../src/model/server.ts";
import type { ElicitationAnswer, Elicitor } from "../../src/ports/elicitation.ts";
import type { LoginAssistant, ServerLogins } from "../../src/ports/server-logins.ts";
import { UNWATCHED } from "../../src/ports/tool-caller.ts";
import { introduceServer } from "./introduce-server.ts";
import { useEverything } from "./use-everything.ts";

// What the conformance tests run as a client: Tutti's own connections, told by the scenario what to ask for. The last
// argument is the address of the server.

const scenario = process.env["MCP_CONFORMANCE_SCENARIO"] ?? "";
const modern = process.env["MCP_CONFORMANCE_PROTOCOL_VERSION"] === "2026-07-28";
const context = JSON.parse(process.env["MCP_CONFORMANCE_CONTEXT"] ?? "{}") as ScenarioContext;
const address = process.argv.at(-1) ?? "";
const SERVER = "tested";

/** Servers of these scenarios do not say of themselves which protocol they speak, although there is only one that they could. */
const SILENT = new Set(["http-standard-headers", "http-custom-headers", "http-invalid-tool-headers", "sep-2322-client-request-state"]);

await using introduced = SILENT.has(scenario) ? await introduceServer(address) : undefined;
const url = introduced?.url ?? address;

if (scenario === "http-standard-headers") await useEverything(url);
else await useTools();

async function useTools(): Promise<void> {
  const signal = AbortSignal.timeout(25_000);
  const config: ServerConfig = {
    name: SERVER,
    honoursIdempotencyKey: false,
    effects: {},
    requires: {},
    connection: { kind: "http", url, headers: {}, ...(scenario.startsWith("auth/") ? { oauth: oauth() } : {}) },
    ...(modern ? {} : { protocolEra: "legacy" as const }),
  };
  await using connections = openConnections({
    servers: [config],
    clock: systemClock,
    elicitor: accepting(),
    log: { write: ({ text }) => void process.stderr.write(`${text}\n`) },
    clientVersion: "0",
    logins: inMemory(),
    assistant: visiting(),
  });
  const tools = await connections.tools(SERVER, signal);
  for (const call of callsOf(tools.map(({ name }) => name))) {
    const outcome = await connections.call({ server: SERVER, meta: {}, timeoutMs: 20_000, ...call }, UNWATCHED, signal);
    process.stderr.write(`${call.tool}: ${JSON.stringify(outcome)}\n`);
  }
  if (scenario === "json-schema-2020-12-preservation") {
    const schema = tools.find(({ name }) => name === "json_schema_2020_12_tool")?.inputSchema ?? {};
    const echo = { server: SERVER, tool: "json_schema_echo", arguments: { schema }, meta: {}, timeoutMs: 20_000 };
    await connections.call(echo, UNWATCHED, signal);
  }
}

/** What a scenario tells the client that it runs. */
interface ScenarioContext {
  readonly toolCalls?: readonly { readonly name: string; readonly arguments: JsonObject }[];
  readonly client_id?: string;
  readonly client_secret?: string;
  readonly private_key_pem?: string;
  readonly signing_algorithm?: string;
}

interface ToolUse {
  readonly tool: string;
  readonly arguments: JsonObject;
}

function callsOf(tools: readonly string[]): readonly ToolUse[] {
  switch (scenario) {
    case "tools_call":
      return [{ tool: "add_numbers", arguments: { a: 5, b: 3 } }];
    case "elicitation-sep1034-client-defaults":
      return [{ tool: "test_client_elicitation_defaults", arguments: {} }];
    case "sse-retry":
      return [{ tool: "test_reconnection", arguments: {} }];
    case "http-custom-headers":
      return (context.toolCalls ?? []).map((call) => ({
        tool: call.name,
        arguments: call.arguments,
      }));
    case "http-invalid-tool-headers":
      return tools.map((tool) => ({ tool, arguments: { region: "us-west1" } }));
    case "sep-2322-client-request-state":
      return ["test_mrtr_echo_state", "test_mrtr_no_state", "test_mrtr_unrelated", "test_mrtr_no_result_type"].map((tool) => ({
        tool,
        arguments: {},
      }));
    default:
      return scenario.startsWith("auth/") ? [{ tool: "test-tool", arguments: {} }] : [];
  }
}

function oauth(): OAuthConfig {
  const text = (key: "client_id" | "client_secret" | "private_key_pem" | "signing_algorithm"): string => context[key] ?? "";
  switch (scenario) {
    case "auth/client-credentials-jwt":
      return {
        grant: "client_credentials",
        clientId: text("client_id"),
        privateKey: { pem: text("private_key_pem"), algorithm: text("signing_algorithm") || "ES256" },
      };
    case "auth/client-credentials-basic":
      return { grant: "client_credentials", clientId: text("client_id"), clientSecret: text("client_secret") };
    case "auth/pre-registration":
      return { grant: "authorization_code", clientId: text("client_id"), clientSecret: text("client_secret") };
    default:
      return { grant: "authorization_code", clientMetadataUrl: "https://conformance-test.local/client-metadata.json" };
  }
}

/** A person who agrees to everything, and leaves it at what is proposed. */
function accepting(): Elicitor {
  const content: JsonObject = scenario === "sep-2322-client-request-state" ? { confirmed: true } : {};
  return { ask: async (): Promise<ElicitationAnswer> => ({ action: "accept", content }) };
}

function inMemory(): ServerLogins {
  const logins = new Map<string, JsonObject>();
  return {
    read: async (server) => logins.get(server),
    write: async (server, login) => void logins.set(server, login),
    remove: async (server) => void logins.delete(server),
    // There is one connection, and it asks for one thing after the other.
    exclusively: async (_, task) => await task(),
  };
}

/** A browser whose user is logged in already. */
function visiting(): LoginAssistant {
  return {
    redirectUrl: "http://localhost:3000/callback",
    async visit(_, page, signal) {
      const answer = await fetch(page, { redirect: "manual", signal });
      return new URL(answer.headers.get("location") ?? "", page).searchParams;
    },
  };
}
