import fc from "fast-check";
import { expect, test } from "vitest";
import { isTuttiError } from "../../src/model/errors.ts";
import type { ChangeAuthor, WorkflowChange, WorkflowContent, WorkflowStore } from "../../src/ports/workflow-store.ts";
import { Records } from "../../src/sqlite/records.ts";
import { SqliteWorkflowStore } from "../../src/sqlite/workflow-store.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const TENANTS = [undefined, "acme", "globex"] as const;
const IDS = ["a", "b", "c"] as const;

const change = fc.record({
  kind: fc.constantFrom("create" as const, "update" as const, "remove" as const),
  tenant: fc.constantFrom(...TENANTS),
  workflowId: fc.constantFrom(...IDS),
  /** What it says, and the pattern that it follows. */
  body: fc.integer({ min: 0, max: 3 }),
  exposed: fc.boolean(),
  key: fc.option(fc.constantFrom("k1", "k2", "k3"), { nil: undefined }),
  expectedVersion: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
});
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;
const restart = fc.constant({ kind: "restart" as const });
const STORY = fc.array(fc.oneof({ weight: 5, arbitrary: change }, { weight: 1, arbitrary: restart }), { maxLength: 40 });

interface Kept {
  readonly versions: { readonly content: WorkflowContent; readonly createdBy: string }[];
}

/** What a person would keep on cards. */
class Model {
  readonly workflows = new Map<string, Kept>();
  readonly answers = new Map<string, { readonly fingerprint: string; readonly change: WorkflowChange }>();

  apply({ kind, tenant, workflowId, key, expectedVersion }: Change, content: WorkflowContent, by: ChangeAuthor): WorkflowChange | string {
    const known = key === undefined ? undefined : this.answers.get(`${tenant}/${key}`);
    if (known !== undefined) return known.fingerprint === by.request?.fingerprint ? known.change : "input.invalid";
    const place = `${tenant}/${workflowId}`;
    const kept = this.workflows.get(place);
    const made = (version: number, changed: boolean): WorkflowChange => {
      const { status } = this.workflows.get(place)?.versions.at(-1)?.content ?? kept?.versions.at(-1)?.content ?? content;
      const answer = { workflowId, version, status, changed };
      if (key !== undefined) this.answers.set(`${tenant}/${key}`, { fingerprint: by.request?.fingerprint ?? "", change: answer });
      return answer;
    };
    const version = { content, createdBy: by.createdBy };
    if (kind === "create") {
      if (kept !== undefined) return "workflow.exists";
      this.workflows.set(place, { versions: [version] });
      return made(1, true);
    }
    if (kept === undefined) return "workflow.not-found";
    if (kind === "remove") {
      this.workflows.delete(place);
      return made(kept.versions.length, true);
    }
    if (expectedVersion !== undefined && expectedVersion !== kept.versions.length) return "workflow.changed";
    const same = JSON.stringify(kept.versions.at(-1)?.content.definition) === JSON.stringify(content.definition);
    if (!same) kept.versions.push(version);
    return made(kept.versions.length, !same);
  }
}

function contentOf({ workflowId, body, exposed }: Change): WorkflowContent {
  const definition = { id: workflowId, steps: body === 0 ? [] : [{ id: "s", value: body }], expose: exposed };
  const status = body === 0 ? ("draft" as const) : ("active" as const);
  return { workflowId, definition, status, exposed, stepCount: definition.steps.length, ...(body > 1 && { pattern: `p${body}` }) };
}

async function make(store: WorkflowStore, step: Change, content: WorkflowContent, by: ChangeAuthor): Promise<WorkflowChange | string> {
  try {
    if (step.kind === "create") return await store.create(content, by);
    if (step.kind === "remove") return await store.remove(step.workflowId, by);
    const { expectedVersion } = step;
    return await store.update(content, { ...by, ...(expectedVersion !== undefined && { expectedVersion }) });
  } catch (error) {
    if (isTuttiError(error)) return error.code;
    throw error;
  }
}

/** Everything that can be asked is as the cards say. */
async function compare(store: WorkflowStore, model: Model): Promise<void> {
  for (const tenant of TENANTS) {
    const ofTenant = tenant === undefined ? {} : { tenant };
    const there = IDS.filter((workflowId) => model.workflows.has(`${tenant}/${workflowId}`));
    const newest = there.map((workflowId) => model.workflows.get(`${tenant}/${workflowId}`)?.versions.at(-1)?.content);
    const listed = async (query: object): Promise<readonly string[]> =>
      (await store.list({ ...ofTenant, limit: 100, ...query })).map(({ workflowId }) => workflowId);
    expect(await listed({})).toEqual(there);
    expect(await listed({ after: "a" })).toEqual(there.filter((workflowId) => workflowId > "a"));
    expect(await listed({ exposed: true })).toEqual(there.filter((_, place) => newest[place]?.exposed));
    expect(await listed({ pattern: "p2" })).toEqual(there.filter((_, place) => newest[place]?.pattern === "p2"));
    for (const workflowId of IDS) {
      const { versions = [] } = model.workflows.get(`${tenant}/${workflowId}`) ?? {};
      const numbers = (await store.versions(tenant, workflowId, { limit: 100 })).map(({ version, createdBy }) => [version, createdBy]);
      expect(numbers).toEqual(versions.map(({ createdBy }, place) => [place + 1, createdBy]).toReversed());
      for (const [place, { content }] of versions.entries()) {
        expect((await store.get(tenant, workflowId, place + 1))?.definition).toEqual(content.definition);
      }
      const current = await store.get(tenant, workflowId);
      if (versions.length === 0) expect(current).toBeUndefined();
      else expect(current).toMatchObject({ ...versions.at(-1)?.content, version: versions.length, ...ofTenant });
    }
  }
}

/** What the store has answered, and what it should have. */
interface Told {
  readonly answers: readonly (WorkflowChange | string)[];
  readonly expected: readonly (WorkflowChange | string)[];
}

async function live(story: readonly (Change | { readonly kind: "restart" })[], restartAlways: boolean): Promise<Told> {
  using directory = temporaryDirectory();
  const clock = new ManualClock();
  const model = new Model();
  const open = (): Records => new Records({ directory: directory.path, clock });
  let records = open();
  const answers: (WorkflowChange | string)[] = [];
  const expected: (WorkflowChange | string)[] = [];
  try {
    for (const [place, step] of story.entries()) {
      if (step.kind !== "restart") {
        const content = contentOf(step);
        const { tenant, key, kind, workflowId, body } = step;
        const request = key === undefined ? {} : { request: { key, fingerprint: `${kind} ${workflowId} ${body}` } };
        const by = { createdBy: `user-${place}`, ...(tenant !== undefined && { tenant }), ...request };
        const store = new SqliteWorkflowStore({ records, clock });
        answers.push(await make(store, step, content, by));
        expected.push(model.apply(step, content, by));
      }
      if (restartAlways || step.kind === "restart") {
        records[Symbol.dispose]();
        records = open();
      }
    }
    await compare(new SqliteWorkflowStore({ records, clock }), model);
    return { answers, expected };
  } finally {
    records[Symbol.dispose]();
  }
}

test("whatever is stored, changed, forgotten and asked again, also across restarts, is as it would be on paper", async () => {
  const property = fc.asyncProperty(STORY, async (story) => {
    const { answers, expected } = await live(story, false);
    expect(answers).toEqual(expected);
  });
  await fc.assert(property, { numRuns: 60 });
});

test("a restart after every change makes no difference", async () => {
  const property = fc.asyncProperty(fc.array(change, { maxLength: 12 }), async (story) => {
    const { answers, expected } = await live(story, true);
    expect(answers).toEqual(expected);
  });
  await fc.assert(property, { numRuns: 12 });
});
