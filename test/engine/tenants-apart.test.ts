import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { isJsonObject } from "../../src/base/json.ts";
import type { Json } from "../../src/base/json.ts";
import { randomIds } from "../../src/base/ids.ts";
import { callGuards } from "../../src/calls/call-guards.ts";
import { createToolCaller } from "../../src/calls/call-path.ts";
import { contextInjectors } from "../../src/calls/context-injectors.ts";
import { rememberSecrets } from "../../src/calls/remember-secrets.ts";
import { currentContext, requireContext, runInContext } from "../../src/context/ambient-context.ts";
import { Supervisor } from "../../src/engine/supervisor.ts";
import { Context } from "../../src/envelope/context.ts";
import { CONTEXT_KEY } from "../../src/envelope/meta-keys.ts";
import type { CallOutcome } from "../../src/model/call.ts";
import type { WireCall } from "../../src/ports/connections.ts";
import { FakeConnections, readingTool } from "../support/fake-connections.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { MemoryJournal } from "../support/memory-journal.ts";
import { serverConfig } from "../support/server-config.ts";
import { planOf } from "../support/plan-of.ts";

const TENANTS = 1_000;

const FAMILY = [
  `
id: parent
inputs: { owner: { type: string } }
steps:
  - { id: first, tool: s.read, with: { tenant: "\${{ inputs.owner }}" }, retry: { max_attempts: 3, delay: 10ms } }
  - { id: each, needs: [first], for_each: [1, 2, 3], tool: s.read, with: { tenant: "\${{ inputs.owner }}", n: "\${{ item }}" } }
  - { id: same, tool: s.read, with: { question: everybody asks this }, cache: { ttl: 1h } }
  - { id: again, needs: [same], tool: s.read, with: { question: everybody asks this }, cache: { ttl: 1h } }
  - { id: wrong, tool: s.read, with: { break: true }, on_error: continue, retry: { max_attempts: 1 } }
  - { id: kid, workflow: child, with: { owner: "\${{ inputs.owner }}" } }
output: ["\${{ steps.first.output }}", "\${{ steps.each.output }}", "\${{ steps.same.output }}", "\${{ steps.again.output }}", "\${{ steps.kid.output }}"]
`,
  `
id: child
inputs: { owner: { type: string } }
steps:
  - { id: only, tool: s.read, with: { tenant: "\${{ inputs.owner }}" } }
output: "\${{ steps.only.output }}"
`,
] as const;

/** Answers with the tenant that it was told, in an order of its own, and loses every fifth first attempt. */
class TellingConnections extends FakeConnections {
  override async call(call: WireCall): Promise<CallOutcome> {
    const number = this.calls.push(call);
    for (let turn = 0; turn < (number * 7) % 5; turn += 1) await nextTurn();
    // The connection belongs to everybody.
    if (currentContext() !== undefined) return { kind: "succeeded", output: "a connection must not know whose call it is" };
    if (call.arguments["break"] === true) return { kind: "failed", accepted: true, error: { kind: "server_error", message: "it broke" } };
    if (
      number % 5 === 0 &&
      call.meta["dev.tutti/attempt"] === 1 &&
      call.arguments["n"] === undefined &&
      call.arguments["question"] === undefined
    )
      return { kind: "failed", accepted: false, error: { kind: "connection", message: "lost" } };
    return { kind: "succeeded", output: { told: tenantIn(call), injected: call.arguments["injected"] ?? null } };
  }
}

test("a thousand executions of a thousand tenants, side by side in one process, never see a tenant but their own", async () => {
  const connections = new TellingConnections(["s"], [readingTool("read")]);
  const injectors = contextInjectors(new Map(), connections);
  injectors.register("s", {
    supportsTool: () => true,
    async injectContext(params, meta) {
      const before = requireContext().requireTenant();
      await nextTurn();
      const after = requireContext().requireTenant();
      return { ...params, injected: before === after && after === meta.tenant ? after : "mixed up" };
    },
  });
  const clock = new ManualClock();
  const secrets = rememberSecrets({ get: () => Promise.resolve(undefined) });
  // What is repeated here need not wait for a clock that only moves while everything stands still.
  const servers = new Map([["s", serverConfig({ maxConcurrentCalls: 40, breaker: "off", retryBudget: { share: 1, perSecond: 10 } })]]);
  const caller = createToolCaller({
    connections,
    injectors,
    secrets,
    clock,
    servers,
    guards: callGuards({ servers, clock }),
  });
  const catalog = { s: { name: "s", tools: await connections.tools("s"), honoursIdempotencyKey: false, effects: {}, requires: {} } };
  const plan = planOf(FAMILY[0], catalog, [FAMILY[1]]);
  await using supervisor = new Supervisor({
    journal: new MemoryJournal(),
    caller,
    news: { publish: () => undefined },
    clock,
    ids: randomIds,
    random: () => 0,
  });
  const { signal } = new AbortController();
  const running = Array.from({ length: TENANTS }, async (_, number) => {
    const tenant = `tenant-${number}`;
    // Whoever asks may be inside a context of his own; it is not that of the execution.
    const start = async (): Promise<Json> => {
      const { executionId } = await supervisor.start({ plan, inputs: { owner: tenant }, meta: { tenant } });
      return (await supervisor.settled(executionId, signal)).output;
    };
    return number % 2 === 0 ? await start() : await runInContext(Context.of({ tenant: "whoever-asks" }), start);
  });
  const outputs = await whileTimePasses(clock, Promise.all(running));
  const wrong = outputs.flatMap((output, number) => {
    const answer = { told: `tenant-${number}`, injected: `tenant-${number}` };
    const expected = JSON.stringify([answer, [answer, answer, answer], answer, answer, answer]);
    return JSON.stringify(output) === expected ? [] : [`tenant-${number}: ${JSON.stringify(output)}`];
  });
  expect(wrong.slice(0, 3)).toEqual([]);
  expect(connections.calls.filter((call) => (call.arguments["tenant"] ?? tenantIn(call)) !== tenantIn(call))).toEqual([]);
  // Each tenant asks the question of everybody once, and nobody gets the answer of another.
  expect(connections.calls.filter((call) => call.arguments["question"] !== undefined)).toHaveLength(TENANTS);
});

function tenantIn(call: WireCall): Json {
  const context = call.meta[CONTEXT_KEY];
  return isJsonObject(context) ? (context["tenant"] ?? null) : null;
}

async function whileTimePasses<T>(clock: ManualClock, work: Promise<T>): Promise<T> {
  using time = new DisposableStack();
  time.adopt(
    setInterval(() => clock.advance(10), 0),
    clearInterval,
  );
  return await work;
}
