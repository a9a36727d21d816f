import * as z from "zod";
import type { HealthState } from "../model/health.ts";
import { HEALTH_LEVELS } from "../model/metric.ts";
import { wireObject } from "./wire-object.ts";

export const healthState: z.ZodType<HealthState> = z.enum(HEALTH_LEVELS);

/** One process or address of a server, and how it is doing. */
export interface ReplicaVerdict {
  readonly replica: string;
  /** 1 is the best. */
  readonly tier: number;
  readonly transport: "stdio" | "http" | "websocket" | "machine" | "built-in";
  /** The command line or the address, without secrets. */
  readonly address: string;
  readonly health: HealthState;
  readonly version?: string;
  /** How long it took to answer; absent when it did not. */
  readonly responseMs?: number;
  /** How long its process has been running, where that is known. */
  readonly uptimeMs?: number;
  /** Why it does not answer. */
  readonly message?: string;
}

export const replicaVerdict: z.ZodType<ReplicaVerdict> = wireObject<ReplicaVerdict>({
  replica: z.string(),
  tier: z.int(),
  transport: z.enum(["stdio", "http", "websocket", "machine", "built-in"]),
  address: z.string(),
  health: healthState,
  version: z.string().exactOptional(),
  responseMs: z.number().exactOptional(),
  uptimeMs: z.number().exactOptional(),
  message: z.string().exactOptional(),
});
