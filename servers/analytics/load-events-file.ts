import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { contentOf } from "../kit/files/exchange.ts";
import type { State } from "../kit/state/state.ts";
import { eventIdFrom, type EventStore } from "./event-store.ts";
import { eventProblem, eventSchema, type GivenEvent } from "./event-schema.ts";

const LINE_CHARACTERS_MAX = 10_000;
const BYTES_MAX = 512 * 2 ** 20;
const AT_ONCE = 2_000;

interface Loading {
  readonly file: string;
  /** Whose events they are. */
  readonly tenant: string;
  readonly state: State;
  readonly events: EventStore;
}

/**
 * Stores the events of a file, one JSON object in each line. A file that was loaded before, also one that is only named
 * differently, adds nothing; one that was cut short by a crash is gone on with.
 *
 * @throws Error - there is no such file, or a line of it is no event
 */
export async function loadEventsFile({ file, tenant, state, events }: Loading): Promise<number> {
  const { bytes, sha256 } = await contentOf(file).catch((cause: unknown) => {
    throw new Error(`EVENTS_FILE: ${file} cannot be read: ${(cause as Error).message}`, { cause });
  });
  if (bytes > BYTES_MAX) throw new Error(`EVENTS_FILE: ${file} has more than ${BYTES_MAX / 2 ** 20} MiB`);
  const { database } = state;
  const loaded = database.prepare("SELECT 1 FROM loaded_files WHERE tenant = ? AND sha256 = ?");
  if (loaded.get(tenant, sha256) !== undefined) return 0;
  let added = 0;
  let batch: (GivenEvent & { readonly event_id: string })[] = [];
  let number = 0;
  const store = (): void => {
    added += state.transaction(() => events.add(tenant, batch));
    batch = [];
  };
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    number += 1;
    if (line.trim() === "") continue;
    const event = eventOf(line, `${file}:${number}`);
    // Two equal lines are two events; the same line of the same file is one, however often it is read.
    batch.push({ ...event, event_id: event.event_id ?? eventIdFrom(`${sha256} ${line}`, number) });
    if (batch.length >= AT_ONCE) store();
  }
  store();
  state.transaction(() => {
    database
      .prepare("INSERT INTO loaded_files (tenant, sha256, events) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
      .run(tenant, sha256, added);
  });
  return added;
}

function eventOf(line: string, place: string): GivenEvent {
  if (line.length > LINE_CHARACTERS_MAX) throw new Error(`${place}: a line has at most ${LINE_CHARACTERS_MAX} characters`);
  const parsed = eventSchema.safeParse(json(line, place));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Error(`${place}: this is no event: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`);
  }
  const problem = eventProblem(parsed.data);
  if (problem !== undefined) throw new Error(`${place}: ${problem}`);
  return parsed.data;
}

function json(line: string, place: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch (cause) {
    throw new Error(`${place}: this is no JSON: ${(cause as Error).message}`, { cause });
  }
}
