import type { ObjectStore } from "./object-store.ts";
import type { StorageIndex } from "./storage-index.ts";

/** Puts missing replicas in place, at the start and from time to time. Disposing stops it. */
export interface Mending extends AsyncDisposable {
  /** How many replicas could not be had when it last looked. Undefined until it has. */
  readonly missing: number | undefined;
}

export function startMending(index: StorageIndex, objects: ObjectStore, everyMs: number): Mending {
  let missing: number | undefined;
  const closing = new AbortController();
  let running = Promise.resolve();
  const round = async (): Promise<void> => {
    objects.tidy();
    let lacking = 0;
    let after = { tenant: "", sha256: "" };
    for (;;) {
      const page = index.objects(after);
      for (const object of page) {
        // Others get their turn between two objects.
        await new Promise((resolve) => setImmediate(resolve));
        if (closing.signal.aborted) return;
        lacking += await objects.mend(object, closing.signal);
      }
      const last = page.at(-1);
      if (last === undefined) break;
      after = last;
    }
    missing = lacking;
  };
  const begin = (): void => {
    running = running.then(round).catch((error: unknown) => {
      process.stderr.write(`storage: mending has failed: ${error instanceof Error ? error.message : String(error)}\n`);
    });
  };
  const timer = setInterval(begin, everyMs).unref();
  begin();
  return {
    get missing() {
      return missing;
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      clearInterval(timer);
      await running;
    },
  };
}
