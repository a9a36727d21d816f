import { EventEmitter, on } from "node:events";
import { PassThrough, Readable } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { sleep } from "../base/clock.ts";
import { Semaphore } from "../base/semaphore.ts";
import { Context } from "../envelope/context.ts";
import { ContextError } from "../envelope/context-error.ts";
import { currentContext, requireContext, runInContext, runWithoutContext } from "./ambient-context.ts";

const MANY = 1_000;
const never = (): AbortSignal => new AbortController().signal;

/** What a piece of work sees of its context while it goes on. */
type Look = () => void;

/** Each runs beside a thousand others of its kind, and looks at its context as often as it can. */
const kinds: Readonly<Record<string, (look: Look, shared: Shared) => Promise<unknown>>> = {
  async promises(look) {
    for (let turn = 0; turn < 5; turn += 1) {
      await Promise.resolve();
      look();
    }
  },
  async "turns of the event loop"(look) {
    for (let turn = 0; turn < 3; turn += 1) {
      await nextTurn();
      look();
    }
  },
  async "timers of a clock that somebody else moves"(look, { clock }) {
    await sleep(clock, 10, never());
    look();
    await sleep(clock, 10, never());
    look();
  },
  async "Promise.all and allSettled"(look) {
    const part = async (): Promise<void> => {
      look();
      await nextTurn();
      look();
    };
    await Promise.all([part(), part()]);
    look();
    await Promise.allSettled([part(), Promise.reject(new Error("no"))]);
    look();
  },
  async "a semaphore that all share"(look, { semaphore }) {
    using _place = await semaphore.acquire(never());
    look();
    await nextTurn();
    look();
  },
  async "a queue that another context empties"(look, { queue }) {
    await new Promise<void>((resolve) => queue.push(resolve));
    look();
  },
  async "async generators"(look) {
    async function* numbers(): AsyncGenerator<number> {
      for (let number = 0; number < 3; number += 1) {
        await nextTurn();
        look();
        yield number;
        look();
      }
    }
    for await (const _ of numbers()) look();
  },
  async generators(look) {
    function* numbers(): Generator<number> {
      look();
      yield 1;
      look();
    }
    for (const _ of numbers()) {
      await Promise.resolve();
      look();
    }
  },
  async streams(look) {
    const through = Readable.from(["a", "b", "c"]).pipe(new PassThrough());
    through.on("data", look);
    for await (const _ of through) look();
  },
  async "events of an emitter of its own"(look) {
    const emitter = new EventEmitter();
    emitter.on("tick", look);
    setImmediate(() => emitter.emit("tick"));
    for await (const _ of on(emitter, "tick")) break;
    look();
  },
  async errors(look) {
    const failing = async (): Promise<never> => {
      await nextTurn();
      throw new Error("it failed");
    };
    await failing().catch(look);
    look();
    await failing().then(undefined, look).finally(look);
  },
  async microtasks(look) {
    await new Promise<void>((resolve) => {
      queueMicrotask(() => {
        look();
        process.nextTick(() => {
          look();
          resolve();
        });
      });
    });
  },
};

interface Shared {
  readonly clock: ManualClock;
  readonly semaphore: Semaphore;
  readonly queue: (() => void)[];
}

test.each(Object.entries(kinds))("%s keep a thousand contexts apart", async (_, work) => {
  const shared: Shared = { clock: new ManualClock(), semaphore: new Semaphore(3), queue: [] };
  const seen: (readonly (string | undefined)[])[] = [];
  const all = Array.from({ length: MANY }, async (__, number) => {
    const mine: (string | undefined)[] = [];
    seen[number] = mine;
    await runInContext(contextOf(number), async () => await work(() => mine.push(currentContext()?.tenant), shared));
  });
  const ended = Promise.all(all).then(() => true);
  // Those who move time on and empty the queue have contexts of their own.
  runInContext(Context.of({ tenant: "the-driver" }), () => {
    const drive = setInterval(() => {
      shared.clock.advance(5);
      for (const next of shared.queue.splice(0, 7)) next();
    }, 0);
    void ended.finally(() => clearInterval(drive));
  });
  expect(await ended).toBe(true);
  expect(seen.filter((mine, number) => mine.length === 0 || mine.some((tenant) => tenant !== `tenant-${number}`))).toEqual([]);
  expect(currentContext()).toBeUndefined();
});

test("what is done in a context ends with it, also by an error", async () => {
  expect(() =>
    runInContext(contextOf(1), () => {
      throw new Error("thrown");
    }),
  ).toThrow("thrown");
  expect(currentContext()).toBeUndefined();
  await expect(runInContext(contextOf(1), async () => await Promise.reject(new Error("rejected")))).rejects.toThrow("rejected");
  expect(currentContext()).toBeUndefined();
});

test("without a context, whoever needs one is told", () => {
  const missing = thrownBy(requireContext);
  expect(missing).toMatchObject({ fault: "no-context", variant: "Internal", message: "No context available" });
  expect(runInContext(contextOf(1), requireContext).tenant).toBe("tenant-1");
});

test("a context inside another may be the same or smaller, and the outer one is back afterwards", () => {
  const outer = Context.of({ tenant: "acme", security: { userId: "ann", permissions: ["a:read", "a:write"] } });
  const inner = outer.derive({ security: { userId: "ann", permissions: ["a:read"] } });
  runInContext(outer, () => {
    expect(runInContext(inner, () => currentContext()?.security?.permissions)).toEqual(["a:read"]);
    expect(currentContext()).toBe(outer);
  });
});

test("no context of another tenant, and none with more claims, begins inside another, however it was made", () => {
  const outer = Context.of({ tenant: "acme", security: { userId: "ann", permissions: ["a:read"] } });
  const inside = (meta: Parameters<typeof Context.of>[0]): string | undefined =>
    runInContext(outer, () => thrownBy(() => runInContext(Context.of(meta), () => "it ran"))?.fault);
  expect(inside({ tenant: "globex" })).toBe("other-tenant");
  expect(inside({ tenant: "acme", security: { userId: "root" } })).toBe("more-claims");
  expect(inside({ tenant: "acme", security: { userId: "ann", permissions: ["a:read", "*:*"] } })).toBe("more-claims");
  expect(inside({ tenant: "acme", security: { userId: "ann", permissions: ["a:read"] } })).toBeUndefined();
});

test("a context without a tenant inherits none, and there is no way from it to any tenant", () => {
  runInContext(Context.of({ tenant: "acme" }), () => {
    runInContext(Context.of({}), () => {
      expect(thrownBy(() => requireContext().requireTenant())?.fault).toBe("no-tenant");
      for (const tenant of ["acme", "globex"]) {
        expect(thrownBy(() => runInContext(Context.of({ tenant }), () => undefined))?.fault).toBe("other-tenant");
      }
    });
    expect(requireContext().tenant).toBe("acme");
  });
});

test("what belongs to the process is begun without a context, and can serve every tenant", async () => {
  const seen: (string | undefined)[] = [];
  await runInContext(contextOf(1), async () => {
    await runWithoutContext(async () => {
      await nextTurn();
      expect(currentContext()).toBeUndefined();
      seen.push(runInContext(contextOf(2), () => currentContext()?.tenant));
    });
    seen.push(currentContext()?.tenant);
  });
  expect(seen).toEqual(["tenant-2", "tenant-1"]);
});

test("a generator and a listener run in the context of whoever asks and emits, not of whoever made them", () => {
  function* tenants(): Generator<string | undefined> {
    yield currentContext()?.tenant;
  }
  const made = runInContext(contextOf(1), tenants);
  expect(runInContext(contextOf(2), () => made.next().value)).toBe("tenant-2");
  const emitter = new EventEmitter();
  const heard: (string | undefined)[] = [];
  runInContext(contextOf(1), () => emitter.on("tick", () => heard.push(currentContext()?.tenant)));
  runInContext(contextOf(2), () => emitter.emit("tick"));
  emitter.emit("tick");
  expect(heard).toEqual(["tenant-2", undefined]);
});

function contextOf(number: number): Context {
  return Context.of({ tenant: `tenant-${number}`, security: { userId: `user-${number}` } });
}

function thrownBy(work: () => unknown): ContextError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof ContextError) return error;
    throw error;
  }
}
