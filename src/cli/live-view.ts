import { createLogUpdate } from "log-update";
import { sleep } from "../base/clock.ts";
import type { Clock } from "../base/clock.ts";
import { TaskGroup } from "../base/task-group.ts";
import type { ExecutionView } from "../contract/execution-report.ts";
import type { ExecutionNews } from "../contract/news.ts";
import { executionTree } from "./render/execution-tree.ts";
import { oneLine } from "./render/safe-text.ts";
import { printLines } from "./render/span.ts";
import type { LivePicture, Output } from "./terminal.ts";

const FRAME_MS = 100;

/** At most this part of the time goes into looking at a large execution. */
const LOOK_SHARE = 0.2;

/** The last picture scrolls; a workflow of thousands of steps must not push out everything else. */
const MOST_FINAL_ROWS = 200;

export interface LiveViewOptions {
  readonly output: Output;
  readonly clock: Clock;
  /** Reads the state of the execution. */
  readonly look: (signal: AbortSignal) => Promise<ExecutionView>;
}

/** The tree of an execution, drawn again and again on a terminal. Disposing takes the picture away. */
export class LiveView implements LivePicture, AsyncDisposable {
  readonly #options: LiveViewOptions;
  readonly #draw: ReturnType<typeof createLogUpdate>;
  readonly #tasks = new TaskGroup();
  readonly #progress = new Map<string, string>();
  #view: ExecutionView | undefined;
  #changed = true;
  #suspended = 0;
  #frame = 0;

  constructor(options: LiveViewOptions) {
    this.#options = options;
    this.#draw = createLogUpdate(options.output.stream);
    this.#tasks.run((signal) => this.#run(signal));
  }

  tell(news: ExecutionNews): void {
    this.#changed = true;
    if (news.type !== "progress") return;
    const { progress, total, message } = news.progress;
    const share = total === undefined || total <= 0 ? String(progress) : `${Math.round((100 * progress) / total)} %`;
    this.#progress.set(news.call.step, message === undefined ? share : `${share} ${oneLine(message, 80)}`);
  }

  above(text: string): void {
    this.#draw.clear();
    this.#options.output.write(text);
    if (this.#suspended === 0) this.#render();
  }

  suspend(): Disposable {
    this.#suspended += 1;
    this.#draw.clear();
    this.#draw.done();
    return {
      [Symbol.dispose]: () => {
        this.#suspended -= 1;
      },
    };
  }

  /** Draws the last picture, whole and standing still, and leaves it there. */
  async finish(view: ExecutionView): Promise<void> {
    await this[Symbol.asyncDispose]();
    const { output, clock } = this.#options;
    output.lines(executionTree(view, { nowMs: clock.nowMs(), rows: MOST_FINAL_ROWS }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tasks[Symbol.asyncDispose]();
    this.#draw.clear();
    this.#draw.done();
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { clock, look } = this.#options;
    for (;;) {
      const startMs = clock.monotonicMs();
      if (this.#changed) {
        this.#changed = false;
        this.#view = await look(signal);
      }
      const tookMs = clock.monotonicMs() - startMs;
      if (this.#suspended === 0) this.#render();
      await sleep(clock, Math.max(FRAME_MS, tookMs / LOOK_SHARE), signal);
    }
  }

  #render(): void {
    if (this.#view === undefined) return;
    const { output, clock } = this.#options;
    this.#frame += 1;
    const rows = Math.max(3, (output.rows ?? 24) - 2);
    const tree = executionTree(this.#view, { nowMs: clock.nowMs(), rows, frame: this.#frame, progress: this.#progress });
    this.#draw(printLines(tree, { style: output.style, columns: (output.columns ?? 80) - 1 }));
  }
}
