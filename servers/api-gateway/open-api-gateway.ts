import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { openGuardedHttp } from "../kit/http/guarded-fetch.ts";
import { referenceServer, type ServerStatus } from "../kit/reference-server.ts";
import type { OpenServer } from "../kit/serve-reference-server.ts";
import { type Environment, listSetting, stateDirectory, textSetting } from "../kit/server-settings.ts";
import { openState } from "../kit/state/state.ts";
import { credentials } from "./credentials.ts";
import { type Gateway, type GatewayClock, openGateway } from "./gateway.ts";
import { type ApiConfig, readApisFile } from "./read-apis-file.ts";
import { secretWords, variablesOf } from "./secret-words.ts";
import { ANSWER_BYTES_MAX } from "./send-with-retries.ts";
import { callExternalApi } from "./tools/call-external-api.ts";
import { getApiSchema } from "./tools/get-api-schema.ts";
import { listAvailableApis } from "./tools/list-available-apis.ts";
import { testApiConnection } from "./tools/test-api-connection.ts";

const SAMPLE = fileURLToPath(new URL("apis.yaml", import.meta.url));
/** The time limits of the APIs are shorter. */
const TIMEOUT_MAX_MS = 120_000;

const CLOCK: GatewayClock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => await sleep(ms, undefined, { signal }).catch(() => undefined),
};

/** Calls the HTTP APIs that a file names, and no others. @throws Error - the file has mistakes */
export function openApiGateway(environment: Environment, clock: GatewayClock = CLOCK): OpenServer {
  const configs = readApisFile(textSetting(environment, "APIS_FILE") ?? SAMPLE, environment);
  const secrets = secretWords(configs, environment);
  const http = openGuardedHttp({
    allowedHosts: [...new Set([...configs.values()].flatMap(hostsOf))],
    allowPrivate: listSetting(environment, "ALLOW_PRIVATE"),
    timeoutMs: TIMEOUT_MAX_MS,
    bytesMax: ANSWER_BYTES_MAX,
    redirectsMax: 3,
  });
  const gateway = openGateway(configs, { http, secrets, clock, credentials: credentials({ http, secrets, now: clock.now }) });
  const state = openState({ path: join(stateDirectory("api-gateway", environment), "answers.db"), schema: [] });
  const server = referenceServer({
    name: "api-gateway",
    instructions:
      "HTTP APIs that are configured by name. list_available_apis says which, get_api_schema what an endpoint takes and gives, call_external_api calls it.",
    state,
    tools: [callExternalApi(gateway), listAvailableApis(gateway), getApiSchema(gateway), testApiConnection(gateway)],
    status: () => statusOf(gateway, environment),
  });
  return {
    server,
    async [Symbol.asyncDispose]() {
      await http[Symbol.asyncDispose]();
      state[Symbol.dispose]();
    },
  };
}

/** A redirect, too, may lead to no other host than these. */
function hostsOf({ baseUrl, auth }: ApiConfig): readonly string[] {
  const token = auth.kind === "oauth2" && URL.canParse(auth.token_url) ? [new URL(auth.token_url)] : [];
  return [...(baseUrl === undefined ? [] : [baseUrl]), ...token].map(({ protocol, hostname, port }) => {
    return `${hostname}:${port === "" ? (protocol === "https:" ? 443 : 80) : port}`;
  });
}

function statusOf({ apis, clock }: Gateway, environment: Environment): ServerStatus {
  const facts = [...apis.values()].map(({ name, config, breaker, rate }) => {
    const missing = variablesOf(config.auth).filter((variable) => textSetting(environment, variable) === undefined);
    const known = config.baseUrl !== undefined;
    const now = clock.now();
    const fact = { configured: known && missing.length === 0, breaker: breaker.state(now), requests_left_this_minute: rate.remaining(now) };
    return { name, fact: missing.length === 0 ? fact : { ...fact, missing_secrets: [...missing] } };
  });
  const troubled = facts.some(({ fact }) => fact.breaker !== "closed");
  return { status: troubled ? "degraded" : "healthy", facts: { apis: Object.fromEntries(facts.map(({ name, fact }) => [name, fact])) } };
}
