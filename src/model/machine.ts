import type { Tool } from "./tool.ts";
import type { Resources } from "./workflow.ts";

/** The machine that everything runs on that is not sent elsewhere. It is always there. */
export const LOCAL_MACHINE = "local";

/** Stands for any machine where machines are named. */
export const ANY_MACHINE = "*";

/** How a machine is named: as servers are. */
export const MACHINE_NAME: RegExp = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

export type MachineStatus = "online" | "offline" | "busy" | "maintenance";

/** A machine that tasks can be sent to. */
export interface Machine {
  readonly machineId: string;
  readonly hostname: string;
  readonly primaryIp?: string;
  readonly status: MachineStatus;
  readonly role: "node" | "coordinator" | "hybrid";
  /** What it has in all. */
  readonly resources: Resources;
  /** Shares from 0 to 1, as the last heartbeat said. */
  readonly usage: { readonly cpu?: number; readonly memory?: number; readonly disk?: number };
  /** The names of its servers. */
  readonly runningServices: readonly string[];
  /** Tasks that are there now. */
  readonly tasks: number;
  readonly registeredAtMs: number;
  readonly lastHeartbeatAtMs: number;
  readonly version: string;
  /** Operating system, architecture, Node. */
  readonly platform: string;
}

/** What planning needs to know of a machine. */
export type KnownMachine = Pick<Machine, "machineId" | "status" | "resources">;

/** Whether new tasks may be sent to it. */
export function isUsable({ status }: Pick<Machine, "status">): boolean {
  return status === "online" || status === "busy";
}

/** A server of a machine, as the machine announces it. */
export interface MachineService {
  readonly name: string;
  readonly tools: readonly Tool[];
}
