import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";

/*
 * A small MCP server over stdio that writes down what was done to it, in the file named by LEDGER: one line of JSON
 * for each call that took effect. The truth of what happened, whatever became of whoever asked.
 */

interface Request {
  readonly id?: number | string;
  readonly method: string;
  readonly params?: {
    readonly name?: string;
    readonly arguments?: Readonly<Record<string, unknown>>;
    readonly _meta?: Readonly<Record<string, unknown>>;
  };
}

const ledger = process.env["LEDGER"] ?? "ledger.jsonl";
writeFileSync(`${ledger}.${process.pid}.pid`, String(process.pid));

const READ = { readOnlyHint: true };
const IDEMPOTENT = { readOnlyHint: false, idempotentHint: true };
const TOOLS: readonly { readonly name: string; readonly annotations?: object }[] = [
  { name: "read", annotations: READ },
  { name: "find", annotations: READ },
  { name: "set", annotations: IDEMPOTENT },
  { name: "undo", annotations: IDEMPOTENT },
  { name: "act" },
  { name: "fail", annotations: READ },
];

function entries(): readonly { readonly tool: string; readonly call: string; readonly key: string }[] {
  if (!existsSync(ledger)) return [];
  return readFileSync(ledger, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { tool: string; call: string; key: string });
}

function send(message: object): void {
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
}

function act(request: Request): void {
  const tool = request.params?.name ?? "";
  const meta = request.params?._meta ?? {};
  const given = request.params?.arguments ?? {};
  const call = { tool, call: meta["dev.tutti/call"], key: meta["dev.tutti/idempotency-key"], execution: meta["dev.tutti/execution"] };
  if (tool === "fail") {
    send({ id: request.id, result: { content: [{ type: "text", text: "it always says no" }], isError: true } });
    return;
  }
  appendFileSync(ledger, `${JSON.stringify(call)}\n`);
  const found = entries().find((entry) => entry.tool === "act" && entry.call === given["call"]);
  const output = tool === "find" ? { found: found !== undefined, id: found?.key ?? null } : { id: call.key, ...given };
  send({ id: request.id, result: { content: [{ type: "text", text: JSON.stringify(output) }], structuredContent: output } });
}

function answer(request: Request): void {
  switch (request.method) {
    case "initialize":
      send({
        id: request.id,
        result: { protocolVersion: "2025-06-18", capabilities: { tools: {} }, serverInfo: { name: "ledger", version: "1.0.0" } },
      });
      return;
    case "tools/list":
      send({ id: request.id, result: { tools: TOOLS.map((tool) => ({ ...tool, inputSchema: { type: "object" } })) } });
      return;
    case "tools/call": {
      const delayMs = Number(request.params?.arguments?.["delay_ms"] ?? 5);
      setTimeout(() => act(request), delayMs);
      return;
    }
    default:
      if (request.id !== undefined) send({ id: request.id, error: { code: -32601, message: `there is no method ${request.method}` } });
  }
}

createInterface({ input: process.stdin }).on("line", (line) => answer(JSON.parse(line) as Request));
// Whoever asked has gone: what was not begun is not done.
process.stdin.on("end", () => process.exit(0));
