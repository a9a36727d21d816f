import { sleep } from "../base/clock.ts";
import type { Clock } from "../base/clock.ts";
import type { Ms } from "../base/duration.ts";
import { getWorkflow } from "../contract/get-workflow.ts";
import type { AdmittedCaller } from "../contract/operation-caller.ts";
import { watchExecution } from "../contract/watch-execution.ts";
import { isTuttiError } from "../model/errors.ts";
import { readResourceUri } from "./resource-uri.ts";
import type { TellChange, WantedChanges } from "./wanted-changes.ts";
import type { WorkflowTools } from "./workflow-tools.ts";

/** Stored workflows change seldom, and by any process: they are looked at this often, once for all that wait for it. */
const LOOK_EVERY_MS: Ms = 2_000;
/** A busy execution tells a client no more often than this; whoever is told reads it again as a whole. */
const TELL_EVERY_MS: Ms = 200;

interface Look {
  readonly listeners: Set<() => void>;
  readonly stop: AbortController;
}

interface FollowPorts {
  readonly workflows: WorkflowTools;
  readonly clock: Clock;
  readonly onFault: (error: unknown, where: string) => void;
}

/**
 * Finds out what has changed, for clients that want to be told. It asks nothing but operations, in the name of the client, so
 * nobody hears of what he may not see.
 */
export class ChangeFollower {
  readonly #ports: FollowPorts;
  readonly #looks = new Map<string, Look>();

  constructor(ports: FollowPorts) {
    this.#ports = ports;
  }

  /** Until it is disposed. Prompts and the list of resources say nothing of themselves. */
  follow(caller: AdmittedCaller, wanted: WantedChanges, tell: TellChange): Disposable {
    const stop = new DisposableStack();
    if (wanted.tools) {
      const look = async (signal: AbortSignal): Promise<string> => await this.#ports.workflows.fingerprint(caller, signal);
      stop.use(this.#look(`${caller.key} tools`, look, () => tell({ kind: "tools_list_changed" })));
    }
    for (const uri of wanted.resources) {
      const ref = readResourceUri(uri);
      const updated = (): void => tell({ kind: "resource_updated", uri });
      if (ref?.kind === "workflow") {
        const look = async (signal: AbortSignal): Promise<string> => {
          const { version, status } = await caller.operations.call(getWorkflow, { workflowId: ref.id }, { signal });
          return `${version} ${status}`;
        };
        stop.use(this.#look(`${caller.key} ${uri}`, look, updated));
      } else if (ref !== undefined) stop.use(this.#followExecution(ref.id, caller, updated));
    }
    return stop;
  }

  #followExecution(executionId: string, caller: AdmittedCaller, updated: () => void): Disposable {
    const stop = new AbortController();
    const { clock } = this.#ports;
    let timer: Disposable | undefined;
    const tellSoon = (): void => {
      timer ??= clock.after(TELL_EVERY_MS, () => {
        timer = undefined;
        updated();
      });
    };
    const run = async (): Promise<void> => {
      for (let seen = ""; ;) {
        const view = await caller.operations.call(watchExecution, { executionId }, { signal: stop.signal, tell: tellSoon });
        const state = JSON.stringify([view.status, view.outcome, view.steps.map(({ status, attempts }) => [status, attempts])]);
        // What happened between two watches was told to nobody.
        if (seen !== "" && state !== seen) tellSoon();
        seen = state;
        if (view.endedAtMs !== undefined) return;
        await sleep(clock, LOOK_EVERY_MS, stop.signal);
      }
    };
    this.#run(run, stop, executionId);
    return {
      [Symbol.dispose]() {
        stop.abort(new Error("nobody listens any more"));
        timer?.[Symbol.dispose]();
      },
    };
  }

  /** Looks again and again, once for all listeners, and tells them when what it sees is not what it saw. */
  #look(name: string, see: (signal: AbortSignal) => Promise<string>, listener: () => void): Disposable {
    const own = (): void => listener();
    const look = this.#looks.get(name) ?? this.#begin(name, see);
    look.listeners.add(own);
    return {
      [Symbol.dispose]: () => {
        look.listeners.delete(own);
        if (look.listeners.size > 0) return;
        if (this.#looks.get(name) === look) this.#looks.delete(name);
        look.stop.abort(new Error("nobody listens any more"));
      },
    };
  }

  #begin(name: string, see: (signal: AbortSignal) => Promise<string>): Look {
    const look: Look = { listeners: new Set(), stop: new AbortController() };
    this.#looks.set(name, look);
    const run = async (): Promise<void> => {
      for (let seen: string | undefined; ;) {
        const now = await see(look.stop.signal);
        if (seen !== undefined && seen !== now) for (const listener of look.listeners) listener();
        seen = now;
        await sleep(this.#ports.clock, LOOK_EVERY_MS, look.stop.signal);
      }
    };
    this.#run(run, look.stop, name);
    return look;
  }

  /** What is not there any more, or may not be seen any more, does not change any more. */
  #run(run: () => Promise<void>, { signal }: AbortController, where: string): void {
    run().catch((error: unknown) => {
      if (!signal.aborted && !isTuttiError(error)) this.#ports.onFault(error, where);
    });
  }
}
