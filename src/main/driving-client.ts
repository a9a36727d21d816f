import { assert } from "../base/assert.ts";
import type { Json } from "../base/json.ts";
import { LocalClient, OwnerLeftError } from "../client/local-client.ts";
import type { Introduction } from "../client/local-protocol.ts";
import type { CallOptions, OperationClient } from "../client/operation-client.ts";
import type { OperationCaller } from "../contract/operation-caller.ts";
import type { Operation } from "../contract/operation.ts";
import { applyPattern } from "../contract/apply-pattern.ts";
import { OPERATIONS } from "../contract/operations.ts";
import { distributeTask } from "../contract/distribute-task.ts";
import { executeWorkflow } from "../contract/execute-workflow.ts";
import { startExecution } from "../contract/start-execution.ts";
import { resumeExecution } from "../contract/resume-execution.ts";
import { retryExecution } from "../contract/retry-execution.ts";
import { isTuttiError } from "../model/errors.ts";
import { callByName } from "./call-by-name.ts";
import { connectToOwner, patiently } from "./owner-client.ts";
import { Owner } from "./owner.ts";
import type { OwnerOptions } from "./owner-options.ts";

/** Most others only ask something, and are gone before this. */
const NOTICE_MS = 1_000;

/**
 * Carries out operations on a data directory: as its owner, or through the process that owns it.
 *
 * When that process ends, this one takes its place, or finds the next owner, and takes up again the executions that it
 * has handed over.
 */
export class DrivingClient implements OperationClient, OperationCaller, AsyncDisposable {
  readonly #options: OwnerOptions;
  readonly #introduction: () => Promise<Introduction>;
  /** Executions that this client has begun or taken up, and that the next owner shall drive. */
  readonly #entrusted = new Set<string>();
  #place: Promise<Owner | LocalClient> | undefined;

  constructor(options: OwnerOptions, introduction: () => Promise<Introduction>) {
    this.#options = options;
    this.#introduction = introduction;
  }

  /** Of the process that drives our executions, when it is another one. */
  async ownerPid(): Promise<number | undefined> {
    const place = await this.#place;
    return place instanceof LocalClient ? place.ownerPid : undefined;
  }

  async call<Input, Output, Item>(operation: Operation<Input, Output, Item>, input: Input, options: CallOptions<Item>): Promise<Output> {
    for (;;) {
      const placed = this.#placed(options.signal);
      const place = await placed;
      try {
        const output = await (place instanceof Owner ? place.operations : place).call(operation, input, options);
        this.#remember(operation.name, output);
        return output;
      } catch (error) {
        if (!(error instanceof OwnerLeftError)) throw error;
        // Another call may have found the next place already.
        if (this.#place === placed) this.#place = undefined;
        if (!repeatable(operation, input)) throw error;
      }
    }
  }

  /** See `OperationCaller`. */
  async callByName(name: string, document: unknown, options: CallOptions<Json>): Promise<Json> {
    const operation = OPERATIONS.find((one) => one.name === name);
    return await callByName(this, { name, operation, document }, options);
  }

  /** The owner stays for others that use it. Tells how many they are, if they do not leave at once. */
  async stayForOthers(signal: AbortSignal, tell: (clients: number) => void): Promise<void> {
    const place = await this.#place;
    if (!(place instanceof Owner) || place.clients === 0) return;
    using _notice = this.#options.clock.after(NOTICE_MS, () => tell(place.clients));
    await place.idle(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const place = await this.#place?.catch(() => undefined);
    if (place instanceof Owner) await place[Symbol.asyncDispose]();
    else place?.[Symbol.dispose]();
  }

  #placed(signal: AbortSignal): Promise<Owner | LocalClient> {
    if (this.#place === undefined) {
      const place = this.#takePlace(signal);
      // A place that could not be had is looked for anew by the next call.
      place.catch(() => {
        if (this.#place === place) this.#place = undefined;
      });
      this.#place = place;
    }
    return this.#place;
  }

  async #takePlace(signal: AbortSignal): Promise<Owner | LocalClient> {
    let locked: unknown;
    const place = await patiently(this.#options.clock, signal, async () => {
      try {
        return await Owner.open(this.#options);
      } catch (error) {
        if (!isTuttiError(error, "journal.locked")) throw error;
        locked = error;
        return await connectToOwner(this.#options.directory, {
          clock: this.#options.clock,
          signal,
          introduction: await this.#introduction(),
        });
      }
    });
    if (place === undefined) throw locked;
    const client = place instanceof Owner ? place.operations : place;
    for (const executionId of this.#entrusted) await takeUp(client, executionId, signal);
    return place;
  }

  #remember(operation: string, output: unknown): void {
    if (!STARTING.has(operation)) return;
    const { taskGroupId, executionId = taskGroupId } = output as { readonly executionId?: string; readonly taskGroupId?: string };
    // A pattern may be applied without executing anything.
    assert(executionId !== undefined || operation === applyPattern.name, `${operation} answers with an id`);
    if (executionId !== undefined) this.#entrusted.add(executionId);
  }
}

/** Whoever calls these wants an execution to go on. */
const STARTING: ReadonlySet<string> = new Set(
  [startExecution, executeWorkflow, applyPattern, distributeTask, retryExecution, resumeExecution].map(({ name }) => name),
);

function repeatable<Input, Output, Item>(operation: Operation<Input, Output, Item>, input: Input): boolean {
  if (operation.repeatable !== "with-request-key") return operation.repeatable === "always";
  return (input as Readonly<Record<string, Json | undefined>>)["requestKey"] !== undefined;
}

/** One that has ended meanwhile needs nothing. */
async function takeUp(client: OperationClient, executionId: string, signal: AbortSignal): Promise<void> {
  try {
    await client.call(resumeExecution, { executionId, liftPause: false }, { signal });
  } catch (error) {
    if (!isTuttiError(error)) throw error;
  }
}
