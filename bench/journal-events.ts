import { present } from "../src/base/assert.ts";
import { systemClock } from "../src/base/clock.ts";
import { openJournal } from "../src/sqlite/open-journal.ts";
import { eventsAfter, sampleStart, succeeded } from "../test/support/journal-samples.ts";
import { temporaryDirectory } from "../test/support/temporary-directory.ts";
import { BareJournal } from "./bare-journal.ts";
import { compare, type Figure } from "./figure.ts";

const ROUNDS = 7;
const ROUND_MS = 1_000;
const EVENT = succeeded("fetch-the-page", { status: 200, text: "x".repeat(150), links: ["/a", "/b", "/c"] });

/** Durable events per second with so many executions that each append one event after the other. */
export async function measureJournalEvents(): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const writers of [1, 50, 1_000]) {
    figures.push(
      await compare({
        name: `journal-events-${writers}`,
        unit: "events/s",
        rounds: ROUNDS,
        value: () => journalRate(writers),
        floor: () => bareRate(writers),
      }),
    );
  }
  return figures;
}

async function journalRate(writers: number): Promise<number> {
  using directory = temporaryDirectory();
  await using journal = await openJournal({ directory: directory.path, clock: systemClock });
  const ids = Array.from({ length: writers }, (_, place) => `execution-${place}`);
  await Promise.all(ids.map((id) => journal.create(sampleStart(id))));
  return await appendFor(writers, (writer, seq) => journal.append(ids[writer] ?? "", eventsAfter(seq, EVENT)));
}

async function bareRate(writers: number): Promise<number> {
  using directory = temporaryDirectory();
  using journal = new BareJournal(directory.path);
  const executions = Array.from({ length: writers }, (_, place) => journal.begin(`execution-${place}`));
  return await appendFor(writers, async (writer, seq) => {
    const bodies = eventsAfter(seq, EVENT).map((event) => JSON.stringify(event));
    await journal.append(present(executions[writer], "there is one for each writer"), bodies);
  });
}

async function appendFor(writers: number, append: (writer: number, seq: number) => Promise<void>): Promise<number> {
  const startMs = performance.now();
  let events = 0;
  const write = async (writer: number): Promise<void> => {
    for (let seq = 1; performance.now() - startMs < ROUND_MS; seq += 1) {
      await append(writer, seq);
      events += 1;
    }
  };
  await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
  return (events / (performance.now() - startMs)) * 1_000;
}
