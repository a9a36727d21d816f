import * as z from "zod";
import type { Machine } from "../model/machine.ts";
import { machineDocument } from "./list-machines.ts";
import type { Operation } from "./operation.ts";
import { wireObject } from "./wire-object.ts";

/** Input of `get_machine`. */
export interface GetMachineInput {
  readonly machineId: string;
}

/** Tells about one machine. */
export const getMachine: Operation<GetMachineInput, Machine> = {
  name: "get_machine",
  title: "Get a machine",
  description: `Tells about one machine of the cluster: what it has, how busy it is, which MCP servers it runs, and when it was last heard of. Nothing changes.

Example: {"machine_id": "gpu-1"}`,
  kind: "read",
  repeatable: "always",
  permission: "tutti:read",
  tool: "extended",
  route: { method: "GET", path: "/machines/{machine_id}" },
  errors: ["machine.not-found"],
  input: wireObject<GetMachineInput>({
    machineId: z.string().min(1).max(64).meta({ description: 'Such as "gpu-1"; "local" is the one you ask.' }),
  }),
  output: machineDocument,
  summary: ({ machineId, status, tasks, runningServices }) =>
    `${machineId}: ${status}, ${tasks} tasks, ${runningServices.length === 0 ? "no servers" : runningServices.join(", ")}`,
};
