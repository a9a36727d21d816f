import type { CallOutcome, CallRequest } from "../model/call.ts";
import type { Journal } from "../ports/journal.ts";
import type { CallGate, ToolCaller } from "../ports/tool-caller.ts";

/**
 * Sends each call to the servers of whoever began or took up its execution, because executions that other processes
 * hand over run on theirs. A child runs where its parent does; what nobody has claimed runs at home.
 */
export class RoutedCaller implements ToolCaller {
  readonly #home: ToolCaller;
  readonly #journal: Pick<Journal, "summary">;
  /** By execution that has not ended. */
  readonly #claims = new Map<string, ToolCaller>();
  /** Whose work is under way that will claim an execution which is not known yet. */
  readonly #claiming = new Map<Promise<unknown>, ToolCaller>();

  constructor(home: ToolCaller, journal: Pick<Journal, "summary">) {
    this.#home = home;
    this.#journal = journal;
  }

  /** The first claim counts. */
  claim(executionId: string, caller: ToolCaller): void {
    if (!this.#claims.has(executionId)) this.#claims.set(executionId, caller);
  }

  /**
   * Claims an execution that is being started, and the one that was found in its place if an earlier request had
   * started that. Until it is known which, the calls of executions that nobody has claimed wait.
   */
  async claimStart<Start extends { readonly executionId: string }>(
    executionId: string,
    caller: ToolCaller,
    start: () => Promise<Start>,
  ): Promise<Start> {
    this.claim(executionId, caller);
    const started = Promise.withResolvers<void>();
    this.#claiming.set(started.promise, caller);
    try {
      const result = await start();
      if (result.executionId !== executionId) this.forget(executionId);
      this.claim(result.executionId, caller);
      return result;
    } catch (error) {
      this.forget(executionId);
      throw error;
    } finally {
      this.#claiming.delete(started.promise);
      started.resolve();
    }
  }

  /** Forgets an execution that has ended. */
  forget(executionId: string): void {
    this.#claims.delete(executionId);
  }

  /** Whether an execution that has not ended runs there, or is about to. */
  needs(caller: ToolCaller): boolean {
    return [...this.#claims.values(), ...this.#claiming.values()].includes(caller);
  }

  serves(server: string, executionId: string): boolean {
    const claimed = this.#claims.get(executionId);
    const possible = claimed === undefined ? [this.#home, ...this.#claiming.values()] : [claimed];
    return possible.some((caller) => caller.serves(server, executionId));
  }

  async call(request: CallRequest, gate: CallGate, signal: AbortSignal): Promise<CallOutcome> {
    const caller = this.#claims.get(request.executionId) ?? (await this.#find(request.executionId));
    return await caller.call(request, gate, signal);
  }

  async #find(executionId: string): Promise<ToolCaller> {
    await Promise.all(this.#claiming.keys());
    const claimed = this.#claims.get(executionId);
    if (claimed !== undefined) return claimed;
    const parentId = (await this.#journal.summary(executionId))?.parentId;
    const found = parentId === undefined ? this.#home : await this.#find(parentId);
    this.claim(executionId, found);
    return found;
  }
}
