import * as z from "zod";
import type { Ms } from "../base/duration.ts";
import type { JsonObject } from "../base/json.ts";
import { jsonObject } from "../contract/json-value.ts";
import { wireObject } from "../contract/wire-object.ts";
import type { CallOutcome } from "../model/call.ts";
import type { Machine, MachineService } from "../model/machine.ts";
import type { CallProgress } from "../ports/tool-caller.ts";
import { failedOutcome, succeededOutcome } from "./call-outcome-document.ts";
import type { LiveStatus } from "./machine-document.ts";
import { liveStatus, machineDocument, machineName, machineServices, machineUsage } from "./machine-document.ts";

/** Who has sent every `workflow_status_update`. */
export const STATUS_SOURCE = "caelum-workflow-orchestration";

const TEXT_MAX = 4_000;
/** Whoever broadcasts names nobody. */
const TARGETS_MAX = 1_000;

/** Every message of a cluster, by its type. */
export interface ClusterPayloads {
  readonly machine_register: { readonly machine: Machine; readonly services: readonly MachineService[] };
  readonly machine_heartbeat: { readonly status: LiveStatus; readonly usage: Machine["usage"]; readonly tasks: number };
  readonly machine_discover: object;
  readonly machine_update: { readonly machines: readonly Machine[] };
  readonly task_distribute: JsonObject;
  readonly task_assign: TaskAssign;
  readonly task_progress: TaskProgress;
  readonly task_complete: { readonly taskId: string; readonly outcome: Extract<CallOutcome, { kind: "succeeded" }> };
  readonly task_failed: { readonly taskId: string; readonly outcome: Exclude<CallOutcome, { kind: "succeeded" }> };
  readonly resource_request: JsonObject;
  readonly resource_available: JsonObject;
  readonly resource_reserved: JsonObject;
  readonly resource_released: JsonObject;
  readonly service_announce: { readonly services: readonly MachineService[] };
  readonly service_query: { readonly serviceName?: string };
  readonly service_response: { readonly machines: readonly ServicesOfMachine[] };
  readonly status_broadcast: { readonly machineId: string; readonly status: Machine["status"] };
  readonly workflow_status_update: { readonly workflowId: string; readonly executionId: string; readonly status: string };
  readonly ping: object;
  readonly pong: object;
  readonly error: ClusterFault;
}

export type MessageType = keyof ClusterPayloads;

/** What one machine offers. */
export interface ServicesOfMachine {
  readonly machineId: string;
  readonly services: readonly MachineService[];
}

/** `offer` asks a machine to prepare a task, `start` lets it begin, `cancel` takes it back. */
export type TaskAssign =
  | ({ readonly action: "offer" } & OfferedTask)
  | { readonly action: "start"; readonly taskId: string }
  | { readonly action: "cancel"; readonly taskId: string };

/** A tool that a machine shall use. */
export interface OfferedTask {
  readonly taskId: string;
  readonly serviceName: string;
  readonly tool: string;
  readonly arguments: JsonObject;
  readonly meta: JsonObject;
  readonly timeoutMs: Ms;
}

/**
 * `waiting`: for a place; `ready`: prepared, and not begun; `working`: begun, with what the tool says of it; `answering`: done,
 * and the result is so long that it takes a while to arrive.
 */
export interface TaskProgress {
  readonly taskId: string;
  readonly stage: "waiting" | "ready" | "working" | "answering";
  readonly progress?: CallProgress;
}

/** Why a message was not taken. */
export interface ClusterFault {
  readonly code: "malformed" | "unknown_type" | "unsupported" | "not_allowed";
  readonly message: string;
}

/** What surrounds every payload. */
export interface MessageFrame {
  /** UUID. */
  readonly messageId: string;
  readonly sourceMachine: string;
  /** Undefined: everybody. */
  readonly targetMachines?: readonly string[];
  readonly timestampMs: number;
  /** The message that this one answers. */
  readonly correlationId?: string;
}

/** One message. */
export type ClusterMessage<Type extends MessageType = MessageType> = {
  [Each in Type]: MessageFrame & { readonly messageType: Each; readonly payload: ClusterPayloads[Each] };
}[Type];

const text = z.string().max(TEXT_MAX);
const name = z.string().min(1).max(255);
const taskId = z.uuid();
const announced = { services: machineServices };
const machines = z.array(machineDocument).max(TARGETS_MAX + 1);
const empty: z.ZodType<object> = z.strictObject({});

const progress: z.ZodType<CallProgress> = z.strictObject({
  progress: z.number(),
  total: z.number().exactOptional(),
  message: text.exactOptional(),
});

const assign: z.ZodType<TaskAssign> = z.union([
  wireObject<Extract<TaskAssign, { action: "offer" }>>({
    action: z.literal("offer"),
    taskId,
    serviceName: name,
    tool: name,
    arguments: jsonObject,
    meta: jsonObject,
    timeoutMs: z.number().min(1),
  }),
  wireObject<Extract<TaskAssign, { action: "start" }>>({ action: z.literal("start"), taskId }),
  wireObject<Extract<TaskAssign, { action: "cancel" }>>({ action: z.literal("cancel"), taskId }),
]);

const payloads: { readonly [Type in MessageType]: z.ZodType<ClusterPayloads[Type]> } = {
  machine_register: wireObject({ machine: machineDocument, ...announced }),
  machine_heartbeat: wireObject({ status: liveStatus, usage: machineUsage, tasks: z.int().min(0) }),
  machine_discover: empty,
  machine_update: wireObject({ machines }),
  task_distribute: jsonObject,
  task_assign: assign,
  task_progress: wireObject<TaskProgress>({
    taskId,
    stage: z.enum(["waiting", "ready", "working", "answering"]),
    progress: progress.exactOptional(),
  }),
  task_complete: wireObject<ClusterPayloads["task_complete"]>({ taskId, outcome: succeededOutcome }),
  task_failed: wireObject<ClusterPayloads["task_failed"]>({ taskId, outcome: failedOutcome }),
  resource_request: jsonObject,
  resource_available: jsonObject,
  resource_reserved: jsonObject,
  resource_released: jsonObject,
  service_announce: wireObject(announced),
  service_query: wireObject<ClusterPayloads["service_query"]>({ serviceName: name.exactOptional() }),
  service_response: wireObject({
    machines: z.array(wireObject<ServicesOfMachine>({ machineId: machineName, ...announced })).max(TARGETS_MAX + 1),
  }),
  status_broadcast: wireObject({ machineId: machineName, status: z.enum(["online", "offline", "busy", "maintenance"]) }),
  workflow_status_update: wireObject({ workflowId: name, executionId: name, status: z.string().max(64) }),
  ping: empty,
  pong: empty,
  error: wireObject<ClusterFault>({
    code: z.enum(["malformed", "unknown_type", "unsupported", "not_allowed"]),
    message: text,
  }),
};

/** A moment in UTC, as strict as it is written. */
const timestamp: z.ZodType<number> = z.codec(z.iso.datetime(), z.number(), {
  decode: (written) => Date.parse(written),
  encode: (ms) => new Date(ms).toISOString(),
});

/** The schema of each type of message, as it stands on the wire. */
export const MESSAGE_SCHEMAS: Readonly<Record<string, z.ZodType<ClusterMessage>>> = Object.assign(
  Object.create(null) as Record<string, z.ZodType<ClusterMessage>>,
  Object.fromEntries(Object.entries(payloads).map(([type, payload]) => [type, messageSchema(type, payload)])),
);

function messageSchema(type: string, payload: z.ZodType): z.ZodType<ClusterMessage> {
  return wireObject<MessageFrame & { readonly messageType: string; readonly payload: unknown }>(
    {
      messageId: z.uuid(),
      messageType: z.literal(type),
      sourceMachine: machineName,
      targetMachines: z.array(machineName).min(1).max(TARGETS_MAX),
      timestampMs: timestamp,
      payload,
      correlationId: z.uuid(),
    },
    { names: { timestampMs: "timestamp" }, orNull: ["targetMachines", "correlationId"] },
  ) as unknown as z.ZodType<ClusterMessage>;
}
