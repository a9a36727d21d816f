import { expect, test } from "vitest";
import { ended, eventsAfter, sampleStart, succeeded } from "../../test/support/journal-samples.ts";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { systemClock } from "../base/clock.ts";
import type { WatchNewsInput, WatchNewsOutput } from "../contract/watch-news.ts";
import { openJournal } from "../sqlite/open-journal.ts";
import type { SqliteJournal } from "../sqlite/sqlite-journal.ts";
import { NewsTail } from "./news-tail.ts";
import { watchNews } from "./watch-news.ts";

interface World extends AsyncDisposable {
  readonly journal: SqliteJournal;
  readonly clock: ManualClock;
  /** Tells that something was journaled. */
  hear(): void;
  watch(input: WatchNewsInput, tenant?: string, signal?: AbortSignal): Promise<WatchNewsOutput>;
}

async function newWorld(path: string): Promise<World> {
  const journal = await openJournal({ directory: path, clock: systemClock });
  const clock = new ManualClock();
  let listener: () => void = () => undefined;
  const subscribe = (given: () => void): Disposable => {
    listener = given;
    return { [Symbol.dispose]: () => undefined };
  };
  const tail = new NewsTail({ feed: journal.feed, clock, subscribe });
  const ports = { tail, clock, journal, audit: { record: async () => undefined } };
  return {
    journal,
    clock,
    hear: () => listener(),
    watch: async (input, tenant, signal = new AbortController().signal) => {
      const identity = tenant === undefined ? {} : { identity: { tenant, roles: [], permissions: [], authMethod: "jwt" as const } };
      return await watchNews(input, ports, { signal, tell: () => undefined, caller: identity });
    },
    async [Symbol.asyncDispose]() {
      tail[Symbol.dispose]();
      await journal[Symbol.asyncDispose]();
    },
  };
}

/** Three events of an execution of a tenant. */
async function happen(world: World, executionId: string, tenant?: string): Promise<void> {
  const start = sampleStart(executionId);
  const meta = tenant === undefined ? {} : { meta: { ...start.event.meta, tenant } };
  await world.journal.create({ ...start, event: { ...start.event, ...meta } });
  await world.journal.append(executionId, eventsAfter(1, succeeded("a"), ended("completed")));
  world.hear();
}

test("news are what was journaled after a position, in order, and say how they go on", async () => {
  using directory = temporaryDirectory();
  await using here = await newWorld(directory.path);
  await happen(here, "e1");
  const { news, position } = await here.watch({ after: 0 });
  expect(news).toMatchObject([
    { position: 1, executionId: "e1", type: "status", status: "executing", seq: 1 },
    { position: 2, executionId: "e1", type: "step", event: "call-succeeded", step: "a" },
    { position: 3, executionId: "e1", type: "ended", status: "completed", outcome: "completed" },
  ]);
  expect(position).toBe(3);
  expect(await here.watch({ after: position })).toEqual({ news: [], position: 3 });
  expect((await here.watch({ after: 0, limit: 2 })).position).toBe(2);
  expect(await here.watch({})).toEqual({ news: [], position: 3 });
});

test("a tenant hears nothing of others, and goes on behind what it does not hear of", async () => {
  using directory = temporaryDirectory();
  await using here = await newWorld(directory.path);
  await happen(here, "e1", "acme");
  await happen(here, "e2", "globex");
  const { news, position } = await here.watch({ after: 0 }, "acme");
  expect(new Set(news.map(({ executionId }) => executionId))).toEqual(new Set(["e1"]));
  expect(position).toBe(6);
  expect(await here.watch({ after: 0 }, "nobody")).toEqual({ news: [], position: 6 });
  await expect(here.watch({ after: 0, executionId: "e1" }, "globex")).rejects.toMatchObject({ code: "execution.not-found" });
});

test("news of one execution, and of one workflow, leave out the others", async () => {
  using directory = temporaryDirectory();
  await using here = await newWorld(directory.path);
  await happen(here, "e1");
  await happen(here, "e2");
  expect((await here.watch({ after: 0, executionId: "e2" })).news.map(({ position }) => position)).toEqual([4, 5, 6]);
  expect((await here.watch({ after: 5, executionId: "e2" })).news.map(({ position }) => position)).toEqual([6]);
  expect((await here.watch({ after: 0, workflowId: "another" })).news).toEqual([]);
});

test("whoever waits is told when something is journaled, and after his time that nothing was", async () => {
  using directory = temporaryDirectory();
  await using here = await newWorld(directory.path);
  const waiting = here.watch({ after: 0, waitMs: 1_000 });
  await happen(here, "e1");
  here.clock.step();
  expect((await waiting).news).toHaveLength(3);
  const inVain = here.watch({ after: 3, waitMs: 1_000 });
  while (here.clock.step());
  expect(await inVain).toEqual({ news: [], position: 3 });
});

test("whoever stops waiting is let go", async () => {
  using directory = temporaryDirectory();
  await using here = await newWorld(directory.path);
  const gone = new AbortController();
  const waiting = here.watch({ after: 0, waitMs: 1_000 }, undefined, gone.signal);
  gone.abort(new Error("gone"));
  await expect(waiting).rejects.toThrow("gone");
});

test("a position that there never was is refused: it is of another journal", async () => {
  using directory = temporaryDirectory();
  await using here = await newWorld(directory.path);
  await happen(here, "e1");
  await expect(here.watch({ after: 4 })).rejects.toMatchObject({ code: "usage", message: expect.stringContaining("the newest is 3") });
});

test("news that are far behind come from the journal, page by page, until the newest", async () => {
  using directory = temporaryDirectory();
  await using here = await newWorld(directory.path);
  await here.watch({});
  for (let round = 0; round < 50; round += 1) {
    await here.journal.create(sampleStart(`e${round}`));
    for (let seq = 1; seq < 100; seq += 1) void here.journal.append(`e${round}`, eventsAfter(seq, succeeded("a")));
  }
  await here.journal.append("e49", eventsAfter(100, ended("completed")));
  here.hear();
  const positions: number[] = [];
  for (let after = 0; after < 5_001;) {
    const page = await here.watch({ after, limit: 700 });
    positions.push(...page.news.map(({ position }) => position));
    after = page.position;
  }
  expect(positions).toEqual(Array.from({ length: 5_001 }, (_, place) => place + 1));
  const ofOne: number[] = [];
  for (let after = 0; after < 5_001;) {
    const page = await here.watch({ after, limit: 30, executionId: "e0" });
    ofOne.push(...page.news.map(({ position }) => position));
    after = page.position;
  }
  expect(ofOne).toEqual(Array.from({ length: 100 }, (_, place) => place + 1));
});
