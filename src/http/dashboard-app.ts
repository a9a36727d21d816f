import type { Context } from "hono";
import type { JsonObject } from "../base/json.ts";
import { distributeTask } from "../contract/distribute-task.ts";
import { getMachine } from "../contract/get-machine.ts";
import { getTaskStatus } from "../contract/get-task-status.ts";
import { listExecutions } from "../contract/list-executions.ts";
import { listMachines } from "../contract/list-machines.ts";
import { listServers } from "../contract/list-servers.ts";
import type { OperationCaller } from "../contract/operation-caller.ts";
import { isTuttiError } from "../model/errors.ts";
import { isUsable } from "../model/machine.ts";
import type { Machine } from "../model/machine.ts";
import type { PortTable } from "../model/port-table.ts";
import { API_ROOT } from "./api-routes.ts";
import { guardRoutes } from "./guarded-app.ts";
import type { GuardedPorts, HttpApp } from "./guarded-app.ts";
import type { HttpEnv } from "./http-env.ts";
import { HttpRefusal, jsonResponse } from "./http-refusal.ts";
import { LIVE_PATH, LiveFeed } from "./live-feed.ts";
import { readBody } from "./read-body.ts";

/** What a dashboard is told about. */
export interface DashboardPorts extends GuardedPorts {
  /** The ports that are spoken for on this machine. */
  readonly table: PortTable;
  /** Where other machines join; undefined when none can. */
  readonly clusterUrl: string | undefined;
}

interface Asked {
  readonly context: Context<HttpEnv>;
  readonly operations: OperationCaller;
  readonly signal: AbortSignal;
}

type Answer = (asked: Asked) => Promise<JsonObject>;

/**
 * What dashboards of the cluster ask for, at a port of its own. Everything comes from operations, with the rights of whoever
 * asks; what a dashboard could only pretend to do is refused with the way that there is.
 */
export function createDashboardApp(ports: DashboardPorts): HttpApp {
  const { routes, admission, admit, closing, app } = guardRoutes(ports);
  for (const [path, answers] of Object.entries(answersOf(ports))) {
    const allow = Object.keys(answers).join(", ");
    routes.all(`${API_ROOT}${path}`, async (context) => {
      const { operations } = await admit(context);
      const method = context.req.method === "HEAD" ? "GET" : context.req.method;
      const answer = answers[method];
      if (answer === undefined) throw new HttpRefusal("http.method", `${path} takes ${allow}`, { allow });
      return jsonResponse(await answer({ context, operations, signal: context.req.raw.signal }));
    });
  }
  routes.notFound(() => {
    throw new HttpRefusal("http.not-found", "this is the port of dashboards; all operations are at the port of the server");
  });
  const live = new LiveFeed({ ...ports, admission, closing });
  return app({ [LIVE_PATH]: live.upgrade }, live);
}

type Answers = Readonly<Record<string, Readonly<Record<string, Answer>>>>;

function answersOf({ table, clusterUrl }: DashboardPorts): Answers {
  const joining = clusterUrl === undefined ? "no cluster is configured here" : `a machine joins with: tutti machine --join ${clusterUrl}`;
  return {
    "/servers": { GET: async ({ operations, signal }) => await named(operations, listServers.name, {}, signal) },
    "/machines": { GET: async ({ operations, signal }) => await named(operations, listMachines.name, {}, signal) },
    "/machines/register": { POST: refusing(`machines show who they are over the WebSocket of the cluster: ${joining}`) },
    "/machines/:id": {
      GET: async ({ context, operations, signal }) =>
        await named(operations, getMachine.name, { machine_id: context.req.param("id") ?? "" }, signal),
    },
    "/machines/:id/heartbeat": { POST: refusing(`machines are heard over the WebSocket of the cluster: ${joining}`) },
    "/services/discovery": { GET: async (asked) => ({ services: servicesOf(await machines(asked)) }) },
    "/services/:name/location": { GET: async (asked) => location(asked.context.req.param("name") ?? "", await machines(asked)) },
    "/ports/distributed": {
      GET: async (asked) => {
        // It is the same for everybody who may read.
        await machines(asked);
        return {
          ports: table.map(({ service, type, ...rest }) => ({ ...rest, service_name: service, service_type: type, protocol: "TCP" })),
        };
      },
    },
    "/cluster/status": { GET: async (asked) => statusOf(await machines(asked), clusterUrl) },
    "/cluster/info": { GET: async (asked) => infoOf(await machines(asked), clusterUrl) },
    "/cluster/tasks": { GET: async (asked) => ({ tasks: await taskGroups(asked) }) },
    "/cluster/connect": { POST: refusing(`a machine joins a cluster by itself, and is not fetched: ${joining}`) },
    "/cluster/discover": {
      POST: async (asked) => ({ machines: (await named(asked.operations, listMachines.name, {}, asked.signal))["machines"] ?? [] }),
    },
    "/cluster/broadcast": { POST: refusing("only changes of executions are told to all machines, and Tutti tells them by itself") },
    "/cluster/task/distribute": {
      POST: async ({ context, operations, signal }) =>
        await named(operations, distributeTask.name, await readBody(context.req.raw), signal),
    },
  };
}

/** What there is no way to do, and never will be at this place. */
function refusing(message: string): Answer {
  return async () => {
    throw new HttpRefusal("http.unavailable", message);
  };
}

async function named(operations: OperationCaller, name: string, input: JsonObject, signal: AbortSignal): Promise<JsonObject> {
  // All of these answer with objects.
  return (await operations.callByName(name, input, { signal })) as JsonObject;
}

async function machines({ operations, signal }: Asked): Promise<readonly Machine[]> {
  return (await operations.call(listMachines, {}, { signal })).machines;
}

function servicesOf(all: readonly Machine[]): readonly JsonObject[] {
  const names = [...new Set(all.flatMap(({ runningServices }) => runningServices))].sort();
  return names.map((name) => ({ service_name: name, locations: placesOf(name, all) }));
}

function placesOf(name: string, all: readonly Machine[]): readonly JsonObject[] {
  return all
    .filter(({ runningServices }) => runningServices.includes(name))
    .map(({ machineId, hostname, primaryIp = null, status }) => ({ machine_id: machineId, hostname, primary_ip: primaryIp, status }));
}

function location(name: string, all: readonly Machine[]): JsonObject {
  const places = placesOf(name, all.filter(isUsable));
  if (places.length === 0) throw new HttpRefusal("http.not-found", `no machine that is there has the service "${name}"`);
  return { service_name: name, locations: places };
}

function statusOf(all: readonly Machine[], clusterUrl: string | undefined): JsonObject {
  const online = all.filter(isUsable);
  return {
    status: online.length === all.length ? "healthy" : "degraded",
    clustered: clusterUrl !== undefined,
    machines: { total: all.length, online: online.length, offline: all.filter(({ status }) => status === "offline").length },
    tasks: all.reduce((sum, { tasks }) => sum + tasks, 0),
  };
}

function infoOf(all: readonly Machine[], clusterUrl: string | undefined): JsonObject {
  return {
    url: clusterUrl ?? null,
    coordinators: all.filter(({ role }) => role !== "node").map(({ machineId }) => machineId),
    machines: all.map(({ machineId }) => machineId),
  };
}

/** How the ids of workflows begin that task groups are made into. Other workflows may be called so too. */
const TASK_PREFIX = "task-";
const EXECUTIONS_LOOKED_AT = 200;
const GROUPS_MAX = 20;

/** The newest ones. */
async function taskGroups({ operations, signal }: Asked): Promise<readonly JsonObject[]> {
  const { executions } = await operations.call(listExecutions, { limit: EXECUTIONS_LOOKED_AT }, { signal });
  const groups: JsonObject[] = [];
  for (const { executionId, workflowId } of executions) {
    if (!workflowId.startsWith(TASK_PREFIX)) continue;
    const group = await taskGroup(operations, executionId, signal);
    if (group !== undefined) groups.push(group);
    if (groups.length === GROUPS_MAX) break;
  }
  return groups;
}

async function taskGroup(operations: OperationCaller, executionId: string, signal: AbortSignal): Promise<JsonObject | undefined> {
  try {
    return await named(operations, getTaskStatus.name, { task_id: executionId }, signal);
  } catch (error) {
    if (isTuttiError(error, "task.not-found")) return undefined;
    throw error;
  }
}
