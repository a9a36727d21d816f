/** Numbers from 0 up to 1, the same for the same seed. */
export type Random = () => number;

const METHODS = [
  "initialize",
  "ping",
  "tools/list",
  "tools/call",
  "resources/list",
  "resources/read",
  "resources/subscribe",
  "resources/unsubscribe",
  "resources/templates/list",
  "prompts/list",
  "prompts/get",
  "completion/complete",
  "logging/setLevel",
  "server/discover",
  "subscriptions/listen",
  "tasks/get",
  "tasks/update",
  "tasks/cancel",
  "notifications/initialized",
  "notifications/cancelled",
  "notifications/progress",
  "notifications/roots/list_changed",
  "constructor",
  "__proto__",
  "",
];

const NAMES = [
  "create_workflow",
  "get_workflow",
  "list_workflows",
  "execute_workflow",
  "get_workflow_status",
  "export_workflow_data",
  "toString",
  "no",
];

/** A frame that is wrong in some way, or right by chance: from a message of the protocol with strange parts down to plain noise. */
export function malformedFrame(random: Random): string {
  const text = JSON.stringify(anyMessage(random));
  switch (below(random, 8)) {
    case 0:
      return text.slice(0, below(random, text.length + 1));
    case 1:
      return spoiled(text, random);
    case 2:
      return JSON.stringify([anyMessage(random), anyMessage(random)]);
    case 3:
      return "[".repeat(below(random, 5_000)) + "]".repeat(below(random, 5_000));
    case 4:
      return String.fromCharCode(...Array.from({ length: below(random, 60) }, () => below(random, 65_536)));
    default:
      return text;
  }
}

function anyMessage(random: Random): unknown {
  const message: Record<string, unknown> = {
    jsonrpc: "2.0",
    id: below(random, 1_000),
    method: oneOf(METHODS, random),
    params: anyParams(random),
  };
  for (const key of Object.keys(message)) {
    if (below(random, 10) === 0) message[key] = anyValue(random, 3);
    if (below(random, 20) === 0) delete message[key];
  }
  return message;
}

function anyParams(random: Random): unknown {
  if (below(random, 6) === 0) return anyValue(random, 3);
  return {
    name: oneOf([...NAMES, anyValue(random, 1)], random),
    arguments: anyValue(random, 4),
    uri: oneOf(["tutti://workflows/a", "tutti://executions/b/journal", "tutti://", anyValue(random, 1)], random),
    taskId: anyValue(random, 1),
    cursor: oneOf([undefined, "e", "wx", anyValue(random, 1)], random),
    ref: { type: oneOf(["ref/prompt", "ref/resource", 1], random), uri: "tutti://workflows/{id}", name: "explain-execution" },
    argument: { name: oneOf(["id", "execution_id", 1], random), value: anyValue(random, 1) },
    notifications: anyValue(random, 3),
    protocolVersion: oneOf(["2025-11-25", "1999-01-01", 5], random),
    capabilities: anyValue(random, 2),
    clientInfo: oneOf([{ name: "a", version: "b" }, anyValue(random, 2)], random),
    requestId: below(random, 1_000),
    _meta: oneOf([undefined, anyValue(random, 2), MODERN, { ...MODERN, progressToken: anyValue(random, 1) }], random),
  };
}

const MODERN = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": { extensions: { "io.modelcontextprotocol/tasks": {} } },
};

function anyValue(random: Random, depth: number): unknown {
  const plain = [null, true, -1, 1e308, 0.5, "", "a", "\u0000\ud800", "x".repeat(below(random, 2_000)), "__proto__"];
  if (depth === 0 || below(random, 3) === 0) return oneOf(plain, random);
  const values = Array.from({ length: below(random, 5) }, () => anyValue(random, depth - 1));
  if (below(random, 2) === 0) return values;
  return Object.fromEntries(
    values.map((value) => [oneOf(["workflow_id", "steps", "id", "__proto__", "execution_id", "a"], random), value]),
  );
}

function spoiled(text: string, random: Random): string {
  const place = below(random, text.length);
  return text.slice(0, place) + String.fromCharCode(below(random, 256)) + text.slice(place + below(random, 3));
}

function oneOf(values: readonly unknown[], random: Random): unknown {
  return values[below(random, values.length)];
}

function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}
