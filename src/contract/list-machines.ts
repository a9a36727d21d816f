import * as z from "zod";
import type { Machine, MachineStatus } from "../model/machine.ts";
import type { Operation } from "./operation.ts";
import { resources } from "./plan-document.ts";
import { moment, wireObject } from "./wire-object.ts";

/** Input of `list_machines`. */
export interface ListMachinesInput {
  readonly status?: MachineStatus;
}

/** Output of `list_machines`. */
export interface ListMachinesOutput {
  readonly machines: readonly Machine[];
}

const machineStatus: z.ZodType<MachineStatus> = z.enum(["online", "offline", "busy", "maintenance"]);
const share = z.number().min(0).max(1).exactOptional();

/** The document of a machine. */
export const machineDocument: z.ZodType<Machine> = wireObject<Machine>(
  {
    machineId: z.string(),
    hostname: z.string(),
    primaryIp: z.string().exactOptional(),
    status: machineStatus.meta({ description: "Tasks go to machines that are online or busy." }),
    role: z.enum(["node", "coordinator", "hybrid"]),
    resources,
    usage: wireObject<Machine["usage"]>({ cpu: share, memory: share, disk: share }),
    runningServices: z.array(z.string()).meta({ description: "Its MCP servers, by name." }),
    tasks: z.int().meta({ description: "Tasks that are there now." }),
    registeredAtMs: moment,
    lastHeartbeatAtMs: moment,
    version: z.string(),
    platform: z.string(),
  },
  { names: { role: "machine_role", lastHeartbeatAtMs: "last_heartbeat" } },
);

/** Lists the machines that tasks can be sent to. */
export const listMachines: Operation<ListMachinesInput, ListMachinesOutput> = {
  name: "list_machines",
  title: "List machines",
  description: `Lists the machines of the cluster, the one that you ask first ("local"): what they have, how busy they are, which MCP servers they run, and when they were last heard of. Use it before distribute_task, to name machines or see why one is refused. Nothing changes.

Example: {"status": "online"}`,
  kind: "read",
  repeatable: "always",
  permission: "tutti:read",
  tool: "extended",
  route: { method: "GET", path: "/machines" },
  input: wireObject<ListMachinesInput>({ status: machineStatus.exactOptional() }),
  output: wireObject<ListMachinesOutput>({ machines: z.array(machineDocument) }),
  summary: ({ machines }) => machines.map(({ machineId, status, tasks }) => `${machineId}: ${status}, ${tasks} tasks`).join("\n"),
};
