import { expect, test } from "vitest";
import type { CallOutcome } from "../model/call.ts";
import type { Machine } from "../model/machine.ts";
import type { ClusterMessage, ClusterPayloads, MessageType } from "./cluster-message.ts";
import { MESSAGE_SCHEMAS } from "./cluster-message.ts";
import { parseMessage, printMessage } from "./message-codec.ts";
import { newMessage } from "./new-message.ts";

const TASK = "0199a0b0-0000-7000-8000-000000000001";
const ABOUT = { from: "gpu-1", to: ["local"], atMs: Date.UTC(2026, 10, 20) };

const MACHINE: Machine = {
  machineId: "gpu-1",
  hostname: "gpu-1.example.org",
  primaryIp: "10.0.0.7",
  status: "online",
  role: "node",
  resources: { cpu: 8, memoryBytes: 2 ** 34, gpu: 1 },
  usage: { cpu: 0.25, memory: 0.5 },
  runningServices: ["analyser"],
  tasks: 2,
  registeredAtMs: 0,
  lastHeartbeatAtMs: 1_000,
  version: "1.2.3",
  platform: "linux",
};
const SERVICES = [{ name: "analyser", tools: [{ name: "analyse", inputSchema: { type: "object", max_depth: 1 } }] }];
const GOOD: CallOutcome = { kind: "succeeded", output: { aB: [1, null], c_d: "\u2028" } };

const SAMPLES: { readonly [Type in MessageType]: ClusterPayloads[Type] } = {
  machine_register: { machine: MACHINE, services: SERVICES },
  machine_heartbeat: { status: "busy", usage: { disk: 1 }, tasks: 0 },
  machine_discover: {},
  machine_update: { machines: [MACHINE, { ...MACHINE, machineId: "local", status: "offline" }] },
  task_distribute: { any: 1 },
  task_assign: {
    action: "offer",
    taskId: TASK,
    serviceName: "s",
    tool: "t",
    arguments: { aB: 1 },
    meta: { "dev.tutti/attempt": 1 },
    timeoutMs: 1,
  },
  task_progress: { taskId: TASK, stage: "working", progress: { progress: 1, total: 2, message: "half" } },
  task_complete: { taskId: TASK, outcome: GOOD },
  task_failed: {
    taskId: TASK,
    outcome: { kind: "failed", accepted: false, error: { kind: "rate_limit", message: "busy" }, retryAfterMs: 5 },
  },
  resource_request: { cpu_cores: 1 },
  resource_available: {},
  resource_reserved: {},
  resource_released: {},
  service_announce: { services: SERVICES },
  service_query: { serviceName: "analyser" },
  service_response: { machines: [{ machineId: "gpu-1", services: SERVICES }] },
  status_broadcast: { machineId: "gpu-1", status: "offline" },
  workflow_status_update: { workflowId: "order", executionId: "e1", status: "executing" },
  ping: {},
  pong: {},
  error: { code: "unsupported", message: "no" },
};

function printed(message: ClusterMessage): string {
  const text = printMessage(message);
  if (text === undefined) throw new Error("it cannot be sent");
  return text;
}

test("what others would not take cannot be printed", () => {
  const payload = { workflowId: "w".repeat(256), executionId: "e", status: "completed" };
  expect(printMessage(newMessage("workflow_status_update", payload, ABOUT))).toBeUndefined();
});

test.each(Object.entries(SAMPLES))("a message of the type %s comes back as it was sent", (type, payload) => {
  const message = newMessage(type as MessageType, payload, ABOUT);
  expect(parseMessage(printed(message))).toEqual({ kind: "message", message });
});

test("there are the twenty documented types and the broadcast of workflows", () => {
  expect(Object.keys(MESSAGE_SCHEMAS)).toHaveLength(21);
});

test("a status says in flat fields what listeners look for that know nothing else", () => {
  const text = printed(
    newMessage("workflow_status_update", { workflowId: "order", executionId: "e1", status: "completed" }, { from: "local", atMs: 0 }),
  );
  expect(JSON.parse(text)).toEqual({
    message_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    message_type: "workflow_status_update",
    source_machine: "local",
    target_machines: null,
    timestamp: "1970-01-01T00:00:00.000Z",
    payload: { workflow_id: "order", execution_id: "e1", status: "completed" },
    correlation_id: null,
    type: "workflow_status_update",
    workflow_id: "order",
    status: "completed",
    source: "caelum-workflow-orchestration",
  });
});

test("what a server that knows envelopes has said beside its output travels along", () => {
  const answer = {
    meta: { duration: 5 },
    metadata: { rows: 3 },
    error: { type: "External", code: "PARTIAL", message: "not all" },
  } as const;
  const outcome: CallOutcome = { kind: "succeeded", output: 1, answer };
  const parsed = parseMessage(printed(newMessage("task_complete", { taskId: TASK, outcome }, ABOUT)));
  expect(parsed).toMatchObject({
    kind: "message",
    message: { payload: { outcome: { answer: { meta: { duration: 5 }, metadata: { rows: 3 } } } } },
  });
});

const FINE = JSON.parse(printed(newMessage("ping", {}, ABOUT))) as Record<string, unknown>;

test.each<[string, object | string, string]>([
  ["no JSON", "{", "must be JSON"],
  ["a list", "[]", "must be a JSON object"],
  ["nothing", "null", "must be a JSON object"],
  ["an unknown type", { ...FINE, message_type: "task_coordination" }, 'no message type "task_coordination"'],
  ["a type of every object", { ...FINE, message_type: "constructor" }, 'no message type "constructor"'],
  ["a type that is the prototype", { ...FINE, message_type: "__proto__" }, 'no message type "__proto__"'],
  ["a type that is a number", { ...FINE, message_type: 1 }, '"message_type" must be text'],
  ["one key too many", { ...FINE, more: 1 }, "more"],
  ["an id that is no UUID", { ...FINE, message_id: "1" }, "message_id"],
  ["a moment without a zone", { ...FINE, timestamp: "2026-11-20T00:00:00" }, "timestamp"],
  ["no payload", { ...FINE, payload: undefined }, "payload"],
  ["a payload that is too much", { ...FINE, payload: { a: 1 } }, "payload"],
  ["nobody as its target", { ...FINE, target_machines: [] }, "target_machines"],
  ["a name with a space", { ...FINE, source_machine: "gpu 1" }, "source_machine"],
  ["flat fields on another type", { ...FINE, type: "ping" }, "type"],
])("a message with %s is a fault that says so", (_, document, words) => {
  const parsed = parseMessage(typeof document === "string" ? document : JSON.stringify(document));
  expect(parsed).toMatchObject({ kind: "fault", fault: { message: expect.stringContaining(words) } });
});

test("a fault names the message that it is about, where that has an id", () => {
  expect(parseMessage(JSON.stringify({ ...FINE, message_type: "x" }))).toMatchObject({ messageId: FINE["message_id"] });
  expect(parseMessage(JSON.stringify({ ...FINE, message_type: "x", message_id: "1" }))).not.toHaveProperty("messageId");
});

test("what is nested too deep is a fault, however deep it is", () => {
  const nested = (levels: number): string =>
    JSON.stringify(FINE).replace('"payload":{}', `"payload":${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`);
  for (const levels of [100, 10_000, 100_000]) {
    expect(parseMessage(nested(levels))).toMatchObject({ kind: "fault", fault: { message: expect.stringContaining("100 levels deep") } });
  }
});

test("a message holds what is its own: nothing of it becomes the prototype of an object", () => {
  const text = JSON.stringify({ ...FINE, message_type: "task_distribute" }).replace(
    '"payload":{}',
    '"payload":{"__proto__":{"polluted":1}}',
  );
  const parsed = parseMessage(text);
  expect(parsed.kind).toBe("message");
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

test("where a call has been on a machine stays there", () => {
  const outcome = { ...GOOD, trip: { queuedMs: 1, serverMs: 1, overheadMs: 1 }, source: "cache" } as CallOutcome;
  const message = newMessage("task_complete", { taskId: TASK, outcome } as ClusterPayloads["task_complete"], ABOUT);
  expect(JSON.parse(printed(message))).toMatchObject({
    payload: { outcome: { kind: "succeeded", output: { aB: [1, null], c_d: "\u2028" } } },
  });
  expect(printed(message)).not.toMatch(/trip|source"|cache/);
});

test("no machine puts anybody off for more than a day", () => {
  const error = { kind: "rate_limit", message: "busy" } as const;
  const outcome = { kind: "failed", accepted: false, error, retryAfterMs: 1e15 } as const;
  const sent = printMessage(newMessage("task_failed", { taskId: TASK, outcome }, ABOUT)) ?? "";
  expect(parseMessage(sent)).toMatchObject({ message: { payload: { outcome: { retryAfterMs: 86_400_000 } } } });
});
