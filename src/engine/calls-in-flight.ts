import { TaskGroup } from "../base/task-group.ts";
import { callId, type CallOutcome, type CallRequest } from "../model/call.ts";
import type { NewsSink } from "../ports/news.ts";
import type { CallGate, ToolCaller } from "../ports/tool-caller.ts";

/** The calls that this process has sent for one execution and that have not answered. Disposing aborts them all. */
export class CallsInFlight implements AsyncDisposable {
  readonly #executionId: string;
  readonly #ports: { readonly caller: ToolCaller; readonly news: NewsSink };
  readonly #tasks = new TaskGroup();
  readonly #controllers = new Map<string, AbortController>();
  readonly #abandoned = new Set<string>();
  #whenEmpty: (() => void) | undefined;

  constructor(executionId: string, ports: { readonly caller: ToolCaller; readonly news: NewsSink }) {
    this.#executionId = executionId;
    this.#ports = ports;
  }

  begin(request: CallRequest, listener: { sending(machine?: string): Promise<void>; answer(outcome: CallOutcome): void }): void {
    const id = callId(request.call);
    const controller = new AbortController();
    this.#controllers.set(id, controller);
    this.#tasks.run(async () => {
      const outcome = await this.#ports.caller.call(request, this.#gate(request, listener), controller.signal);
      if (this.#controllers.get(id) === controller) this.#controllers.delete(id);
      const heard = !this.#abandoned.delete(id);
      if (this.#controllers.size === 0) this.#whenEmpty?.();
      if (heard) listener.answer(outcome);
    });
  }

  some(predicate: (id: string) => boolean): boolean {
    return [...this.#controllers.keys()].some((id) => !this.#abandoned.has(id) && predicate(id));
  }

  /** Asks the server to cancel; the answer is still awaited. */
  abort(id: string): void {
    this.#controllers.get(id)?.abort(new Error("the execution is ending"));
  }

  /** Aborts calls and does not listen to their answers, so that the journal shows them as interrupted. */
  abandon(choose: (id: string) => boolean): void {
    for (const id of this.#controllers.keys()) if (choose(id)) this.#drop(id);
  }

  /** Calls back when the last call has ended; at once when there is none. */
  onEmpty(callback: () => void): void {
    this.#whenEmpty = callback;
    if (this.#controllers.size === 0) callback();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.abandon(() => true);
    await this.#tasks[Symbol.asyncDispose]();
  }

  #drop(id: string): void {
    this.#abandoned.add(id);
    this.#controllers.get(id)?.abort(new Error("Tutti is closing"));
  }

  #gate(request: CallRequest, listener: { sending(machine?: string): Promise<void> }): CallGate {
    const { news } = this.#ports;
    const about = { executionId: this.#executionId, call: request.call };
    return {
      sending: (machine) => listener.sending(machine),
      progress: (progress) => news.publish({ type: "progress", ...about, progress }),
      stage: (stage) => news.publish({ type: "stage", ...about, stage }),
    };
  }
}
