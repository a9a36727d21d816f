import { join } from "node:path";
import { openExchange } from "../kit/files/exchange.ts";
import { type GuardedHttp, type GuardedHttpOptions, openGuardedHttp } from "../kit/http/guarded-fetch.ts";
import { placePolicy } from "../kit/http/place-policy.ts";
import { referenceServer, type ServerStatus } from "../kit/reference-server.ts";
import { type Environment, exchangeDirectory, listSetting, numberSetting, stateDirectory, textSetting } from "../kit/server-settings.ts";
import type { OpenServer } from "../kit/serve-reference-server.ts";
import { openOutbox, type Outbox } from "../kit/state/outbox.ts";
import { openState, type State } from "../kit/state/state.ts";
import { type ApiKeys, apiKeys } from "./api-keys.ts";
import { type Connection, readConnections } from "./connections.ts";
import { type DeploymentTable, deploymentTable } from "./deployment-table.ts";
import { incomingWebhooks } from "./incoming-webhooks.ts";
import { INTEGRATION_SCHEMA } from "./integration-schema.ts";
import { listenLocally, type LocalListener, type Route } from "./local-listener.ts";
import { modelDeployTool } from "./model-deploy.ts";
import { openModelFiles } from "./model-files.ts";
import { type ModelHouse, modelHouse } from "./model-house.ts";
import { modelPath, modelRoutes } from "./model-routes.ts";
import { rateLimits } from "./rate-limits.ts";
import { REST_LIMITS, restCallTool, type RestActivity } from "./rest-call.ts";
import { sealedSecrets } from "./sealed-secrets.ts";
import { deliverWebhook } from "./webhook-delivery.ts";
import { webhookSetupTool } from "./webhook-setup.ts";
import { type WebhookTable, webhookTable } from "./webhook-table.ts";

/** Webhooks are answered soon, or asked again later. */
const WEBHOOK_LIMITS = { timeoutMs: 15_000, bytesMax: 1_048_576, redirectsMax: 0 };
const ACTIVE_MS = 3_600_000;

/** @throws Error - a setting is wrong, or a port is taken */
export async function openIntegration(environment: Environment): Promise<OpenServer> {
  const directory = stateDirectory("integration", environment);
  const allowPrivate = listSetting(environment, "ALLOW_PRIVATE");
  const allowedHosts = listSetting(environment, "ALLOWED_HOSTS");
  const connections = readConnections(environment);
  const policy = placePolicy(allowedHosts, allowPrivate);
  const modelsMax = numberSetting(environment, "MODELS_MAX", { fallback: 16, min: 1, max: 256 });
  await using open = new AsyncDisposableStack();
  const state = open.use(openState({ path: join(directory, "integration.sqlite"), schema: INTEGRATION_SCHEMA }));
  const secrets = sealedSecrets(join(directory, "integration.key"));
  const nowMs = (): number => Date.now();
  const ways = waysOut(connections, { allowedHosts, allowPrivate }, open);
  const webhooks = webhookTable(state);
  const deployments = deploymentTable(state);
  const keys = apiKeys(state, nowMs);
  const files = openModelFiles(join(directory, "models"), deployments.files());
  const house = open.use(modelHouse(deployments, files));
  const incoming = incomingWebhooks({ table: webhooks, secrets, nowMs });
  const listeners = await openListeners(
    { environment, state, models: modelRoutes({ table: deployments, house, keys }), webhooks: [incoming] },
    open,
  );
  const outbox = open.use(
    openOutbox({
      state,
      limits: { firstDelayMs: numberSetting(environment, "WEBHOOK_RETRY_MS", { fallback: 1_000, min: 10, max: 3_600_000 }) },
      deliver: async (delivery, signal) => await deliverWebhook(delivery, signal, { table: webhooks, secrets, http: ways.hooks }),
    }),
  );
  const activity: RestActivity = { inFlight: new Map(), usedAtMs: new Map() };
  const limits = rateLimits(state, nowMs);
  const server = referenceServer({
    name: "integration",
    instructions:
      "Reaches other systems: rest_call for their HTTP interfaces, webhook_setup for signed events in both directions, model_deploy to serve ONNX models over HTTP, api_key_mgmt and rate_limit for those who come here.",
    state,
    tools: [
      restCallTool({ ...ways, connections, limits, activity }),
      webhookSetupTool({
        table: webhooks,
        outbox,
        secrets,
        checkUrl: (url) => void policy.check(url),
        receiveUrl: ({ id, path }) => `${listeners.webhooks.url}/webhooks/${id}${path}`,
      }),
      keys.tool,
      limits.tool,
      modelDeployTool({
        table: deployments,
        files,
        house,
        modelsMax,
        exchange: openExchange(exchangeDirectory(environment)),
        url: (deployment) => `${listeners.models.url}${modelPath(deployment)}`,
      }),
    ],
    status: () => statusOf({ webhooks, deployments, house, outbox, keys, connections, activity, listeners }),
  });
  // What was served before the restart is loaded again, before anybody asks.
  for (const { sha256 } of deployments.allServing()) house.thread(sha256).load();
  const resources = open.move();
  return { server, [Symbol.asyncDispose]: async () => await resources.disposeAsync() };
}

interface WaysOut {
  readonly open: GuardedHttp;
  readonly connected: GuardedHttp;
  readonly hooks: GuardedHttp;
}

type Places = Pick<GuardedHttpOptions, "allowedHosts" | "allowPrivate">;

function waysOut(connections: ReadonlyMap<string, Connection>, places: Places, opened: AsyncDisposableStack): WaysOut {
  const hosts = [...connections.values()].map(({ baseUrl }) => baseUrl.host);
  // An empty list would let everybody be asked, and without connections nobody is.
  const connected = { ...places, allowedHosts: hosts.length === 0 ? ["connections.invalid"] : hosts };
  return {
    open: opened.use(openGuardedHttp({ ...places, ...REST_LIMITS })),
    connected: opened.use(openGuardedHttp({ ...connected, ...REST_LIMITS })),
    hooks: opened.use(openGuardedHttp({ ...places, ...WEBHOOK_LIMITS })),
  };
}

interface Listening {
  readonly environment: Environment;
  readonly state: State;
  readonly models: readonly Route[];
  readonly webhooks: readonly Route[];
}

interface Listeners {
  readonly models: LocalListener;
  readonly webhooks: LocalListener;
}

/** One for both, unless each has a port of its own. */
async function openListeners({ environment, state, models, webhooks }: Listening, open: AsyncDisposableStack): Promise<Listeners> {
  const portOf = (name: string): number => numberSetting(environment, name, { fallback: 0, min: 0, max: 65_535 });
  const modelPort = portOf("MODEL_PORT");
  const webhookPort = portOf("WEBHOOK_PORT");
  const apart = textSetting(environment, "WEBHOOK_PORT") !== undefined && webhookPort !== modelPort;
  const health: Route = { method: "GET", path: /^\/health$/, bytesMax: 0, answer: async () => ({ status: 200, body: { status: "ok" } }) };
  if (!apart) {
    const both = open.use(await listen(state, { name: "models", port: modelPort }, [health, ...models, ...webhooks]));
    return { models: both, webhooks: both };
  }
  return {
    models: open.use(await listen(state, { name: "models", port: modelPort }, [health, ...models])),
    webhooks: open.use(await listen(state, { name: "webhooks", port: webhookPort }, [health, ...webhooks])),
  };
}

/** A free port is the one of the last time if it can be, because others know the addresses with it. */
async function listen(state: State, { name, port }: { name: string; port: number }, routes: readonly Route[]): Promise<LocalListener> {
  if (port !== 0) {
    return await listenLocally(port, routes).catch((error: unknown) => {
      throw new Error(`nothing can listen on port ${port}: ${error instanceof Error ? error.message : String(error)}`);
    });
  }
  const last = Number(state.database.prepare("SELECT port FROM ports WHERE listener = ?").get(name)?.["port"] ?? 0);
  const listener = await listenLocally(last, routes).catch(async () => await listenLocally(0, routes));
  state.database
    .prepare("INSERT INTO ports (listener, port) VALUES (?, ?) ON CONFLICT DO UPDATE SET port = excluded.port")
    .run(name, listener.port);
  return listener;
}

interface Parts {
  readonly webhooks: WebhookTable;
  readonly deployments: DeploymentTable;
  readonly house: ModelHouse;
  readonly outbox: Outbox;
  readonly keys: ApiKeys;
  readonly connections: ReadonlyMap<string, Connection>;
  readonly activity: RestActivity;
  readonly listeners: Listeners;
}

function statusOf({ webhooks, deployments, house, outbox, keys, connections, activity, listeners }: Parts): ServerStatus {
  const serving = deployments.allServing();
  const problems = serving.flatMap(({ name, sha256 }) => {
    const problem = house.thread(sha256).problem();
    return problem === undefined ? [] : [`model ${name}: ${problem}`];
  });
  const { pending, later, delivered, dead, inFlight } = outbox.counts();
  const { amount, active } = webhooks.counts();
  const used = [...activity.usedAtMs.values()].filter((atMs) => Date.now() - atMs < ACTIVE_MS).length;
  return {
    status: problems.length > 0 ? "degraded" : "healthy",
    facts: {
      connections: connections.size,
      connections_active: used,
      rest_calls_in_flight: [...activity.inFlight.values()].reduce((sum, amount) => sum + amount, 0),
      webhooks: amount,
      webhooks_active: active,
      deliveries: { pending, later, delivered, dead, in_flight: inFlight },
      api_keys: keys.amount(),
      models: serving.length,
      model_threads: house.running(),
      listens_at: listeners.models.url,
      webhooks_at: listeners.webhooks.url,
      ...(problems.length === 0 ? {} : { problems }),
    },
  };
}
