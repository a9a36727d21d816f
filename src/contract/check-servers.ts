import * as z from "zod";
import type { HealthState } from "../model/health.ts";
import type { Operation } from "./operation.ts";
import { healthState, replicaVerdict } from "./server-health.ts";
import type { ReplicaVerdict } from "./server-health.ts";
import { wireObject } from "./wire-object.ts";

/** Input of `check_servers`. */
export interface CheckServersInput {
  /** Default: all. */
  readonly servers?: readonly string[];
}

/** How the check of one server went. It is available when one of its replicas is. */
export type ServerVerdict =
  | {
      readonly status: "available";
      readonly server: string;
      readonly health: HealthState;
      readonly title?: string;
      readonly version?: string;
      readonly protocolVersion: string;
      readonly era: "legacy" | "modern";
      readonly toolCount: number;
      readonly connectMs: number;
      readonly responseMs: number;
      /** Tools of which the configuration speaks and which the server does not have. */
      readonly warnings: readonly string[];
      /** All of them; only of servers that have several. */
      readonly replicas?: readonly ReplicaVerdict[];
    }
  | {
      readonly status: "unavailable";
      readonly server: string;
      readonly health: HealthState;
      readonly message: string;
      /** The last lines of what the server wrote. */
      readonly stderr: readonly string[];
      readonly replicas?: readonly ReplicaVerdict[];
    };

/** Output of `check_servers`. */
export interface CheckServersOutput {
  readonly servers: readonly ServerVerdict[];
}

type VerdictOf<Status extends ServerVerdict["status"]> = Extract<ServerVerdict, { status: Status }>;

/** Starts or reaches servers with all their replicas and lists their tools, side by side. */
export const checkServers: Operation<CheckServersInput, CheckServersOutput> = {
  name: "check_servers",
  title: "Check servers",
  description:
    "Starts or reaches the servers with all their replicas, side by side, and tells of each whether it answers and how it is doing, which protocol it speaks, how many tools it has and which of those in its configuration it has not.",
  kind: "read",
  repeatable: "always",
  input: wireObject<CheckServersInput>({ servers: z.array(z.string()).exactOptional() }),
  output: wireObject<CheckServersOutput>({
    servers: z.array(
      z.union([
        wireObject<VerdictOf<"available">>({
          status: z.literal("available"),
          server: z.string(),
          health: healthState,
          title: z.string().exactOptional(),
          version: z.string().exactOptional(),
          protocolVersion: z.string(),
          era: z.enum(["legacy", "modern"]),
          toolCount: z.int(),
          connectMs: z.number(),
          responseMs: z.number(),
          warnings: z.array(z.string()),
          replicas: z.array(replicaVerdict).exactOptional(),
        }),
        wireObject<VerdictOf<"unavailable">>({
          status: z.literal("unavailable"),
          server: z.string(),
          health: healthState,
          message: z.string(),
          stderr: z.array(z.string()),
          replicas: z.array(replicaVerdict).exactOptional(),
        }),
      ]),
    ),
  }),
};
