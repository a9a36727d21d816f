/**
 * Takes envelopes, and tells what arrived. With "http" it listens on a free port.
 */
import { setTimeout as wait } from "node:timers/promises";
import { answerEnvelope, defineEnvelopeTool, type JsonObject, requireContext, serveEnvelopeTools, ToolError } from "../../../src/server.ts";
import { z } from "zod";

const ANYTHING = { type: "object" } as const;

const arrived = defineEnvelopeTool({
  name: "arrived",
  description: "Tells what arrived",
  inputSchema: ANYTHING,
  annotations: { readOnlyHint: true },
  execute: ({ meta, data }, { idempotencyKey = null }) => ({ parameters: data.parameters, meta, idempotency_key: idempotencyKey }),
});

const tenant = defineEnvelopeTool({
  name: "tenant",
  description: "Tells whose call it is, asked again and again while others are under way",
  inputSchema: z.object({ turns: z.int().min(1).max(100).default(5) }),
  outputSchema: z.object({ seen: z.array(z.string()) }),
  requiresTenant: true,
  async execute({ data }) {
    const seen = new Set<string>();
    for (let turn = 0; turn < data.parameters.turns; turn += 1) {
      await wait(Math.random() * 3);
      seen.add(requireContext().requireTenant());
    }
    return { seen: [...seen] };
  },
});

const partial = defineEnvelopeTool({
  name: "partial",
  description: "Does a part",
  inputSchema: ANYTHING,
  execute: (call) =>
    answerEnvelope(call, {
      result: { sent: 2 },
      metadata: { row_count: 2 },
      error: { type: "External", code: "MAILBOX_FULL", message: "one mailbox is full", details: { mailbox: "c" } },
    }),
});

const refuse = defineEnvelopeTool({
  name: "refuse",
  description: "Says no, or breaks",
  inputSchema: z.object({ how: z.enum(["no", "validation", "external", "busy", "bug", "not_json", "bad_meta", "other_tenant"]) }),
  execute(call) {
    switch (call.data.parameters.how) {
      case "no":
        throw new ToolError("the warehouse is closed", { details: { opens: "08:00" } });
      case "validation":
        throw new ToolError("the amount is too high", { type: "Validation" });
      case "external":
        throw new ToolError("the bank does not answer", { type: "External", code: "BANK_SILENT" });
      case "busy":
        throw new ToolError("too many calls", { type: "External", httpStatusCode: 429, retryAfter: 7 });
      case "bug":
        throw new Error("password=hunter2 in /srv/secret.ts");
      case "not_json":
        return { total: 1n };
      case "bad_meta":
        return { ...answerEnvelope(call, { result: {} }), meta: { extensions: { big: "x".repeat(100_000) } } };
      case "other_tenant":
        return { ...answerEnvelope(call, { result: { done: true } }), meta: { ...call.meta, tenant: "globex" } };
    }
  },
});

const waits = defineEnvelopeTool({
  name: "wait",
  description: "Waits to be told to stop, and tells how far it is",
  inputSchema: ANYTHING,
  async execute(_, { signal, progress }) {
    progress({ progress: 1, total: 2, message: "half-way" });
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    process.stderr.write("told to stop\n");
    return {};
  },
});

const list = defineEnvelopeTool({
  name: "list",
  description: "Gives what is no object",
  inputSchema: z.object({ value: z.json() }),
  execute: ({ data }) => data.parameters.value as JsonObject,
});

const port = process.argv.includes("http") ? 0 : undefined;
const tools = [arrived, tenant, partial, refuse, waits, list];
const running = await serveEnvelopeTools(
  { name: "shows-envelope", version: "3.2.1", tools },
  port === undefined ? { kind: "stdio" } : { kind: "http", port },
);
if (running.url !== undefined) process.stdout.write(`${running.url}\n`);
