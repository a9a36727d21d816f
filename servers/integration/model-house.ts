import type { Deployment, DeploymentTable } from "./deployment-table.ts";
import type { ModelFiles } from "./model-files.ts";
import { type ModelThread, modelThread } from "./model-thread.ts";

/** The threads of the models that are served. What is served is in the table: another process may have changed it. */
export interface ModelHouse extends AsyncDisposable {
  /** The thread of the content, started if it is not. */
  thread(sha256: string): ModelThread;
  /** As long as it is held, its thread is not ended: it is about to be served. */
  hold(sha256: string): Disposable;
  /** Ends the threads of what is not served any more. */
  tidy(): Promise<void>;
  readonly running: () => number;
}

export function modelHouse(table: DeploymentTable, files: ModelFiles): ModelHouse {
  const threads = new Map<string, ModelThread>();
  const held = new Map<string, number>();
  const thread = (sha256: string): ModelThread => {
    const known = threads.get(sha256) ?? modelThread({ path: files.pathOf(sha256), sha256 });
    threads.set(sha256, known);
    return known;
  };
  return {
    thread,
    hold(sha256) {
      held.set(sha256, (held.get(sha256) ?? 0) + 1);
      return {
        [Symbol.dispose]() {
          const left = (held.get(sha256) ?? 1) - 1;
          if (left === 0) held.delete(sha256);
          else held.set(sha256, left);
        },
      };
    },
    async tidy() {
      const wanted = new Set([...held.keys(), ...table.allServing().map((deployment: Deployment) => deployment.sha256)]);
      const idle = [...threads].filter(([sha256]) => !wanted.has(sha256));
      for (const [sha256] of idle) threads.delete(sha256);
      await Promise.all(idle.map(async ([, each]) => await each[Symbol.asyncDispose]()));
    },
    running: () => [...threads.values()].filter((each) => each.running()).length,
    async [Symbol.asyncDispose]() {
      await Promise.all([...threads.values()].map(async (each) => await each[Symbol.asyncDispose]()));
    },
  };
}
