import { setImmediate as nextTurn } from "node:timers/promises";
import type { DistributeTaskInput, TaskDistribution } from "../../src/contract/distribute-task.ts";
import { Supervisor } from "../../src/engine/supervisor.ts";
import { openWorkspace } from "../../src/main/workspace.ts";
import type { Workspace } from "../../src/main/workspace.ts";
import type { Plan } from "../../src/model/plan.ts";
import type { Tool } from "../../src/model/tool.ts";
import { aggregateTaskResults } from "../../src/operations/aggregate-task-results.ts";
import { distributeTask } from "../../src/operations/distribute-task.ts";
import type { DistributeTaskPorts } from "../../src/operations/distribute-task.ts";
import { getTaskStatus } from "../../src/operations/get-task-status.ts";
import type { Caller } from "../../src/operations/operation-context.ts";
import { AuditNotes } from "./audit-notes.ts";
import { FakeMachines } from "./fake-machines.ts";
import { ManualClock } from "./manual-clock.ts";
import { MemoryJournal } from "./memory-journal.ts";

/** Turns of the event loop in which everything happens that happens without time. */
const QUIET_TURNS = 40;

/** The tools of the server `worker`, which machines of a test have. */
export const WORKER: readonly Tool[] = [
  { name: "look", inputSchema: { type: "object" }, annotations: { readOnlyHint: true } },
  { name: "set", inputSchema: { type: "object", properties: { n: { type: "number" } } }, annotations: { idempotentHint: true } },
  { name: "act", inputSchema: { type: "object" } },
];

/** Tasks, the engine and the path of calls as they are, over machines that do what a test says. */
export class TaskWorld implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly machines = new FakeMachines();
  readonly journal = new MemoryJournal();
  readonly audit = new AuditNotes();
  readonly #workspace: Workspace;
  readonly #supervisor: Supervisor;
  readonly #ports: DistributeTaskPorts & { readonly journal: MemoryJournal };
  readonly #caller: Caller;
  #ids = 0;

  constructor({ caller = {}, taskTypes = {} }: { readonly caller?: Caller; readonly taskTypes?: DistributeTaskPorts["taskTypes"] } = {}) {
    const { clock, machines, journal, audit } = this;
    this.#caller = caller;
    const { pool, ...workspace } = openWorkspace({
      servers: [],
      machines,
      clock,
      audit,
      secrets: { get: async () => undefined },
      elicitor: { ask: async () => undefined },
      log: { write: () => undefined },
      maxConcurrentCalls: 50,
      access: { roles: {}, tenants: {} },
      version: "0.0.0",
    });
    this.#workspace = { pool, ...workspace };
    const ids = { next: () => `0193f2c7-0000-7000-8000-${String((this.#ids += 1)).padStart(12, "0")}` };
    const random = { traceId: () => "0".repeat(31).concat("1"), spanId: () => "0".repeat(15).concat("1") };
    const news = { publish: () => undefined };
    this.#supervisor = new Supervisor({ journal, caller: workspace.caller, news, clock, ids, random: () => 0.5 });
    this.#ports = {
      catalogs: pool.catalogs,
      driver: this.#supervisor,
      journal,
      audit,
      source: { clock, ids: { ...ids, ...random } },
      history: { ofRequest: async (key) => await this.#ofRequest(key), planOf: async (id) => await this.#planOf(id) },
      report: async (id) => await this.#supervisor.report(id),
      machines,
      taskTypes,
      callsOn: (machineId) => workspace.callsOn(machineId),
    };
  }

  async distribute(input: DistributeTaskInput): Promise<TaskDistribution> {
    const distribution = await distributeTask(input, this.#ports, this.#context());
    if (input.requestKey !== undefined) this.#requests.set(input.requestKey, distribution.taskGroupId);
    await this.settle();
    return distribution;
  }

  async status(taskId: string, caller: Caller = this.#caller): ReturnType<typeof getTaskStatus> {
    return await getTaskStatus({ taskId }, this.#ports, { caller });
  }

  async results(taskGroupId: string): ReturnType<typeof aggregateTaskResults> {
    return await aggregateTaskResults({ taskGroupId }, this.#ports, this.#context());
  }

  /** Lets everything happen that happens without time. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < QUIET_TURNS; turn += 1) await nextTurn();
  }

  /** Lets so much time pass, and everything happen in it. */
  async pass(ms: number): Promise<void> {
    const endMs = this.clock.nowMs() + ms;
    for (let next = this.clock.nextMs; next !== undefined && next <= endMs; next = this.clock.nextMs) {
      this.clock.step();
      await this.settle();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#supervisor[Symbol.asyncDispose]();
    await this.#workspace[Symbol.asyncDispose]();
  }

  readonly #requests = new Map<string, string>();

  #context(): { readonly caller: Caller; readonly signal: AbortSignal } {
    return { caller: this.#caller, signal: new AbortController().signal };
  }

  async #ofRequest(key: string): ReturnType<DistributeTaskPorts["history"]["ofRequest"]> {
    const id = this.#requests.get(key);
    return id === undefined ? undefined : await this.journal.summary(id);
  }

  async #planOf(executionId: string): Promise<Plan | undefined> {
    const [first] = await this.journal.read(executionId);
    return first?.type === "execution-started" ? await this.journal.plan(first.planHash) : undefined;
  }
}
