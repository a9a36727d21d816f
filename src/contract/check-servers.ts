import * as z from "zod";
import type { JsonObject } from "../base/json.ts";
import type { HealthState } from "../model/health.ts";
import type { Resources } from "../model/workflow.ts";
import type { ServerLoad } from "../model/server-record.ts";
import type { RateLimit, RateLimits } from "../model/server.ts";
import { jsonObject } from "./json-value.ts";
import type { Operation } from "./operation.ts";
import { healthState, replicaVerdict } from "./server-health.ts";
import type { ReplicaVerdict } from "./server-health.ts";
import { resources } from "./plan-document.ts";
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
      /** What it announces, as it said it. */
      readonly capabilities: JsonObject;
      /** How much may be asked of it, as the configuration says. */
      readonly limits: ServerLimitsDocument;
      /** How much is asked of it by this process now. */
      readonly load?: ServerLoad;
      readonly warnings: readonly string[];
      readonly replicas: readonly ReplicaVerdict[];
    }
  | {
      readonly status: "unavailable";
      readonly server: string;
      readonly health: HealthState;
      readonly message: string;
      /** The last lines of what the server wrote. */
      readonly stderr: readonly string[];
      readonly replicas: readonly ReplicaVerdict[];
    };

/** Of all replicas of a server together. */
export interface ServerLimitsDocument {
  /** In flight at once. */
  readonly calls: number;
  readonly resources: Resources;
  readonly rates?: RateLimits;
}

/** Output of `check_servers`. */
export interface CheckServersOutput {
  readonly servers: readonly ServerVerdict[];
}

const rate = wireObject<RateLimit>({ count: z.number(), perMs: z.number() });

const rates = wireObject<RateLimits>({
  calls: rate.exactOptional(),
  perClient: rate.exactOptional(),
  tools: z.record(z.string(), rate).exactOptional(),
});

type VerdictOf<Status extends ServerVerdict["status"]> = Extract<ServerVerdict, { status: Status }>;

/** Starts or reaches servers with all their replicas and lists their tools, side by side. */
export const checkServers: Operation<CheckServersInput, CheckServersOutput> = {
  name: "check_servers",
  title: "Check servers",
  description:
    "Starts or reaches the servers with all their replicas, side by side, and tells of each whether it answers how it is doing, how much may be asked of it and is, which protocol it speaks, how many tools it has and which of those in its configuration it has not.",
  kind: "read",
  repeatable: "always",
  permission: "tutti:read",
  route: { method: "POST", path: "/servers/check" },
  errors: ["server.not-found"],
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
          capabilities: jsonObject,
          limits: wireObject<ServerLimitsDocument>({ calls: z.int(), resources, rates: rates.exactOptional() }),
          load: wireObject<ServerLoad>({ callsInFlight: z.int(), callsWaiting: z.int() }).exactOptional(),
          warnings: z.array(z.string()),
          replicas: z.array(replicaVerdict),
        }),
        wireObject<VerdictOf<"unavailable">>({
          status: z.literal("unavailable"),
          server: z.string(),
          health: healthState,
          message: z.string(),
          stderr: z.array(z.string()),
          replicas: z.array(replicaVerdict),
        }),
      ]),
    ),
  }),
};
