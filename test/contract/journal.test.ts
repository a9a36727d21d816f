import { describe, expect, test } from "vitest";
import type { Json } from "../../src/base/json.ts";
import type { EventBody } from "../../src/model/event.ts";
import type { ExecutionStatus, ExecutionSummary, Outcome } from "../../src/model/execution.ts";
import type { Plan } from "../../src/model/plan.ts";
import type { Journal, ListQuery } from "../../src/ports/journal.ts";
import { ended, eventsAfter, samplePlan, samplePlanHash, sampleStart, succeeded } from "../support/journal-samples.ts";
import { JOURNALS } from "../support/journals.ts";

const OUTCOMES: readonly Outcome[] = [
  "completed",
  "partial_success",
  "validation_failed",
  "failed",
  "failed_with_rollback",
  "rollback_failed",
  "cancelled",
];

describe.each(JOURNALS)("the journal in $name", ({ open }) => {
  test("gives back an execution with its first event and its plan", async () => {
    await using opened = await open();
    const { journal } = opened;
    const start = sampleStart("e1");
    expect(await journal.create(start)).toEqual({ executionId: "e1", created: true });
    expect(await journal.read("e1")).toEqual([start.event]);
    expect(await journal.plan(start.event.planHash)).toEqual(start.plan);
  });

  test.each<{ readonly what: string; readonly output: Json }>([
    { what: "null", output: null },
    { what: "text of all alphabets, with what is hard to store", output: "naïve 日本語 🎻 \u0000 \ud800 \u2028 '\"\\" },
    { what: "numbers at the edges", output: [0, -0.5, 1e308, Number.MAX_SAFE_INTEGER, 5e-324] },
    { what: "deep data with odd keys", output: { "": { seq: 7, type: "x", constructor: [[[{ a: true }]]] } } },
    { what: "an output of a mebibyte", output: { text: "ö".repeat(512 * 1024) } },
    {
      what: "an output of nine mebibytes, in many pieces",
      output: Array.from({ length: 9_000 }, (_, place) => `${place}${"x".repeat(1_000)}`),
    },
  ])("gives back unchanged $what", async ({ output }) => {
    await using opened = await open();
    const { journal } = opened;
    await journal.create(sampleStart("e1"));
    const events = eventsAfter(1, succeeded("a", output), ended("completed"));
    await journal.append("e1", events);
    expect((await journal.read("e1")).slice(1)).toEqual(events);
  });

  test("keeps what is large in any member of an event, also twice", async () => {
    await using opened = await open();
    const { journal } = opened;
    const large = { text: "x".repeat(400_000) };
    const start = sampleStart("e1");
    const event = { ...start.event, inputs: large, reused: [{ step: "a", output: large }] };
    await journal.create({ ...start, event });
    const events = eventsAfter(1, { type: "call-started", call: { step: "b" }, attempt: 1, input: large }, succeeded("b", large), {
      type: "execution-ended",
      outcome: "completed",
      output: large,
      leftovers: [],
    });
    await journal.append("e1", events);
    expect(await journal.read("e1")).toEqual([event, ...events]);
  });

  test("reads on from an event that the reader has", async () => {
    await using opened = await open();
    const { journal } = opened;
    await journal.create(sampleStart("e1"));
    await journal.append("e1", eventsAfter(1, succeeded("a"), succeeded("b"), succeeded("c")));
    expect((await journal.read("e1", 2)).map((event) => event.seq)).toEqual([3, 4]);
    expect(await journal.read("e1", 4)).toEqual([]);
  });

  test("knows nothing of what was never written", async () => {
    await using opened = await open();
    const { journal } = opened;
    expect(await journal.read("e1")).toEqual([]);
    expect(await journal.summary("e1")).toBeUndefined();
    expect(await journal.plan("0".repeat(64))).toBeUndefined();
    expect(await journal.find("e")).toEqual([]);
    expect(await journal.list({ limit: 10 })).toEqual({ executions: [] });
    expect(await journal.unfinished()).toEqual([]);
  });

  test("an append of no events changes nothing", async () => {
    await using opened = await open();
    await opened.journal.create(sampleStart("e1"));
    await opened.journal.append("e1", []);
    expect(await opened.journal.read("e1")).toHaveLength(1);
  });

  test("a start that is sent twice with one request key creates one execution", async () => {
    await using opened = await open();
    const { journal } = opened;
    const starts = ["e1", "e2"].map((id) => journal.create(sampleStart(id, { requestKey: "monday" })));
    expect(await Promise.all(starts)).toEqual([
      { executionId: "e1", created: true },
      { executionId: "e1", created: false },
    ]);
    expect(await journal.create(sampleStart("e3", { requestKey: "monday" }))).toEqual({ executionId: "e1", created: false });
    expect(await journal.create(sampleStart("e4", { requestKey: "tuesday" }))).toEqual({ executionId: "e4", created: true });
    expect(await journal.read("e3")).toEqual([]);
  });

  test("a start with the id of an execution that is there creates nothing", async () => {
    await using opened = await open();
    const { journal } = opened;
    await journal.create(sampleStart("e1"));
    await journal.append("e1", eventsAfter(1, succeeded("a")));
    expect(await journal.create(sampleStart("e1", { atMs: 7_000 }))).toEqual({ executionId: "e1", created: false });
    expect(await journal.read("e1")).toHaveLength(2);
  });

  test("writes of one turn are kept in the order in which they were asked for", async () => {
    await using opened = await open();
    const { journal } = opened;
    await Promise.all([
      journal.create(sampleStart("e1")),
      journal.append("e1", eventsAfter(1, succeeded("a"))),
      journal.append("e1", eventsAfter(2, succeeded("b"), succeeded("c"))),
    ]);
    expect((await journal.read("e1")).map((event) => event.seq)).toEqual([1, 2, 3, 4]);
  });

  test("an append that does not continue its execution is refused, and the others of its turn are not", async () => {
    await using opened = await open();
    const { journal } = opened;
    await journal.create(sampleStart("e1"));
    const results = await Promise.allSettled([
      journal.append("e1", eventsAfter(1, succeeded("a"))),
      journal.append("e1", eventsAfter(1, succeeded("again"))),
      journal.append("e1", eventsAfter(5, succeeded("later"))),
      journal.append("nobody", eventsAfter(1, succeeded("a"))),
      journal.append("e1", eventsAfter(2, succeeded("b"))),
    ]);
    expect(results.map((result) => result.status)).toEqual(["fulfilled", "rejected", "rejected", "rejected", "fulfilled"]);
    expect((await journal.read("e1")).map((event) => event.seq)).toEqual([1, 2, 3]);
  });

  test.each<{ readonly after: readonly EventBody[]; readonly status: ExecutionStatus; readonly outcome?: Outcome }>([
    { after: [], status: "executing" },
    { after: [{ type: "execution-paused" }], status: "paused" },
    { after: [{ type: "execution-paused" }, { type: "execution-resumed" }], status: "executing" },
    { after: [{ type: "execution-paused" }, succeeded("a")], status: "paused" },
    { after: [{ type: "cancel-requested", reason: "person" }], status: "executing" },
    { after: [{ type: "execution-paused" }, ended("cancelled")], status: "failed", outcome: "cancelled" },
    { after: [ended("completed")], status: "completed", outcome: "completed" },
    { after: [ended("completed"), { type: "execution-paused" }], status: "completed", outcome: "completed" },
    { after: [ended("partial_success")], status: "completed", outcome: "partial_success" },
    { after: [ended("validation_failed")], status: "failed", outcome: "validation_failed" },
    { after: [ended("failed")], status: "failed", outcome: "failed" },
    { after: [ended("failed_with_rollback")], status: "failed", outcome: "failed_with_rollback" },
    { after: [ended("rollback_failed")], status: "failed", outcome: "rollback_failed" },
  ])("an execution with $after is $status", async ({ after, status, outcome }) => {
    await using opened = await open();
    const { journal } = opened;
    await journal.create(sampleStart("e1"));
    // One by one and in one go must be the same.
    for (const [place, body] of after.entries()) await journal.append("e1", eventsAfter(1 + place, body));
    await journal.create(sampleStart("e2"));
    await journal.append("e2", eventsAfter(1, ...after));
    const endPlace = after.findIndex((body) => body.type === "execution-ended");
    const expected = {
      workflowId: "greet",
      status,
      ...(outcome !== undefined && { outcome }),
      startedAtMs: 1_000,
      updatedAtMs: after.length === 0 ? 1_000 : 1_001 + after.length,
      ...(endPlace >= 0 && { endedAtMs: 1_002 + endPlace }),
    };
    expect(await journal.summary("e1")).toEqual({ executionId: "e1", ...expected });
    expect(await journal.summary("e2")).toEqual({ executionId: "e2", ...expected });
    expect(await journal.unfinished()).toEqual(outcome === undefined ? ["e1", "e2"] : []);
  });

  test("lists what every filter asks for, newest first, in pages that leave nothing out", async () => {
    await using opened = await open();
    const { journal } = opened;
    await fillWithAllKinds(journal);
    const all = (await journal.list({ limit: 1_000 })).executions;
    expect(all.map((execution) => execution.executionId)).toEqual(Array.from({ length: 72 }, (_, place) => `e${71 - place}`));
    for (const filter of everyFilter()) {
      const expected = all.filter((execution) => matches(execution, filter));
      const { executions } = await journal.list({ ...filter, limit: 1_000 });
      const inPages = await listInPages(journal, { ...filter, limit: 5 });
      expect({ filter, executions, inPages }).toEqual({ filter, executions: expected, inPages: expected });
    }
  });

  test("the pages of a list do not move when executions are created and end meanwhile", async () => {
    await using opened = await open();
    const { journal } = opened;
    for (let place = 0; place < 6; place += 1) await journal.create(sampleStart(`e${place}`));
    const first = await journal.list({ limit: 3 });
    await journal.create(sampleStart("new"));
    await journal.append("e2", eventsAfter(1, ended("completed")));
    const cursor = first.nextCursor;
    const second = await journal.list({ limit: 3, ...(cursor !== undefined && { cursor }) });
    expect(first.executions.map((execution) => execution.executionId)).toEqual(["e5", "e4", "e3"]);
    expect(second.executions.map((execution) => execution.executionId)).toEqual(["e2", "e1", "e0"]);
    expect(second.nextCursor).toBeUndefined();
  });

  test("a cursor that no list has given is refused", async () => {
    await using opened = await open();
    await expect(opened.journal.list({ limit: 1, cursor: "yesterday" })).rejects.toMatchObject({
      code: "input.invalid",
      message: 'the cursor "yesterday" is not one that a list has given, or its execution has gone: list from the beginning',
    });
  });

  test("unfinished executions are the oldest first, with their children", async () => {
    await using opened = await open();
    const { journal } = opened;
    await journal.create(sampleStart("z"));
    await journal.create(sampleStart("done"));
    await journal.create(sampleStart("a", { parentId: "z" }));
    await journal.create(sampleStart("m"));
    await journal.append("done", eventsAfter(1, ended("failed")));
    await journal.append("m", eventsAfter(1, { type: "execution-paused" }));
    expect(await journal.unfinished()).toEqual(["z", "a", "m"]);
  });

  test.each([
    { prefix: "0193-aa", found: ["0193-aa1", "0193-aa2"] },
    { prefix: "0193-aa1", found: ["0193-aa1"] },
    { prefix: "parent", found: ["parent"] },
    { prefix: "parent/", found: ["parent/child"] },
    { prefix: "%", found: [] },
    { prefix: "0193_", found: [] },
    { prefix: "many", found: Array.from({ length: 10 }, (_, place) => `many-${place + 10}`) },
  ])("the ids that begin with $prefix are $found", async ({ prefix, found }) => {
    await using opened = await open();
    const { journal } = opened;
    const many = Array.from({ length: 20 }, (_, place) => `many-${place + 10}`);
    for (const id of ["0193-aa2", "0193-aa1", "0193-ab", "parent", "parent/child", ...many]) await journal.create(sampleStart(id));
    expect(await journal.find(prefix)).toEqual(found);
  });

  test("pruning forgets what ended before the moment, with the plans and outputs that only it had", async () => {
    await using opened = await open();
    const { journal } = opened;
    const large = { text: "x".repeat(400_000) };
    await createEnded(journal, "old", { endedAtMs: 2_000, plan: samplePlan("old"), output: large });
    await createEnded(journal, "old-too", { endedAtMs: 4_999, plan: samplePlan("shared") });
    await createEnded(journal, "at-the-moment", { endedAtMs: 5_000, plan: samplePlan("shared"), output: large });
    await journal.create(sampleStart("at-work", { plan: samplePlan("work") }));
    const pruned = await journal.prune(5_000);
    expect(pruned.executions).toBe(2);
    expect(pruned.bytes).toBeGreaterThan(500);
    expect((await journal.list({ limit: 10 })).executions.map((execution) => execution.executionId)).toEqual(["at-work", "at-the-moment"]);
    expect(await journal.read("old")).toEqual([]);
    expect(await journal.summary("old")).toBeUndefined();
    expect(await journal.find("old")).toEqual([]);
    expect(await journal.plan(samplePlanHash(samplePlan("old")))).toBeUndefined();
    expect(await journal.plan(samplePlanHash(samplePlan("shared")))).toEqual(samplePlan("shared"));
    expect((await journal.read("at-the-moment"))[1]).toMatchObject({ output: large });
    expect(await journal.read("at-work")).toHaveLength(1);
    expect(await journal.prune(5_000)).toEqual({ executions: 0, bytes: 0 });
  });

  test("pruning takes children with their root, and leaves a root alone while one of them is at work", async () => {
    await using opened = await open();
    const { journal } = opened;
    for (const root of ["a", "b"]) {
      await journal.create(sampleStart(root));
      await journal.create(sampleStart(`${root}/child`, { parentId: root }));
      await journal.create(sampleStart(`${root}/child/child`, { parentId: `${root}/child` }));
    }
    for (const id of ["a/child", "a/child/child", "b/child"]) await journal.append(id, eventsAfter(1, ended("completed")));
    expect(await journal.prune(9_000)).toEqual({ executions: 0, bytes: 0 });
    for (const id of ["a", "b"]) await journal.append(id, eventsAfter(1, ended("completed")));
    expect(await journal.prune(9_000)).toMatchObject({ executions: 3 });
    expect((await journal.list({ limit: 10 })).executions.map((execution) => execution.executionId)).toEqual([
      "b/child/child",
      "b/child",
      "b",
    ]);
  });

  test("a request key is free again when its execution was pruned", async () => {
    await using opened = await open();
    const { journal } = opened;
    await journal.create(sampleStart("e1", { requestKey: "monday" }));
    await journal.append("e1", eventsAfter(1, ended("failed")));
    await journal.prune(9_000);
    expect(await journal.create(sampleStart("e2", { requestKey: "monday" }))).toEqual({ executionId: "e2", created: true });
  });
});

/** Executions in every state, of two workflows, roots and children, mixed. */
async function fillWithAllKinds(journal: Journal): Promise<void> {
  const ends: readonly (readonly EventBody[])[] = [[], [{ type: "execution-paused" }], ...OUTCOMES.map((outcome) => [ended(outcome)])];
  const writes: Promise<unknown>[] = [];
  for (let place = 0; place < 72; place += 1) {
    const id = `e${place}`;
    const child = place > 0 && place % 4 >= 2 ? { parentId: "e0" } : {};
    writes.push(journal.create(sampleStart(id, { workflowId: place % 2 === 0 ? "greet" : "order", ...child })));
    writes.push(journal.append(id, eventsAfter(1, ...(ends[place % ends.length] ?? []))));
  }
  await Promise.all(writes);
}

type Filter = Omit<ListQuery, "limit">;

function everyFilter(): readonly Filter[] {
  const statuses: readonly Filter[] = (["active", "executing", "paused", "completed", "failed"] as const).map((status) => ({ status }));
  const outcomes: readonly Filter[] = OUTCOMES.map((outcome) => ({ outcome }));
  const both: readonly Filter[] = statuses.flatMap((status) => outcomes.map((outcome) => ({ ...status, ...outcome })));
  return [{}, ...statuses, ...outcomes, ...both].flatMap((filter) => [
    filter,
    { ...filter, rootsOnly: true },
    { ...filter, rootsOnly: false, workflowId: "order" },
    { ...filter, rootsOnly: true, workflowId: "greet" },
    { ...filter, workflowId: "unknown" },
  ]);
}

function matches(execution: ExecutionSummary, filter: Filter): boolean {
  return (
    (filter.status === undefined || execution.status === filter.status) &&
    (filter.outcome === undefined || execution.outcome === filter.outcome) &&
    (filter.workflowId === undefined || execution.workflowId === filter.workflowId) &&
    (filter.rootsOnly !== true || execution.parentId === undefined)
  );
}

async function listInPages(journal: Journal, query: ListQuery): Promise<readonly ExecutionSummary[]> {
  const page = await journal.list(query);
  if (page.nextCursor === undefined) return page.executions;
  return [...page.executions, ...(await listInPages(journal, { ...query, cursor: page.nextCursor }))];
}

async function createEnded(
  journal: Journal,
  executionId: string,
  options: { readonly endedAtMs: number; readonly plan: Plan; readonly output?: Json },
): Promise<void> {
  await journal.create(sampleStart(executionId, { plan: options.plan }));
  await journal.append(executionId, [
    ...eventsAfter(1, succeeded("a", options.output)),
    { ...ended("completed"), seq: 3, atMs: options.endedAtMs },
  ]);
}
