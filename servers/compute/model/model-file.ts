import type { ScoreTables } from "./scores.ts";

/** A trained model. Its file has the same bytes whenever the same file was trained with the same parameters. */
export interface Model extends ScoreTables {
  readonly facts: ModelFacts;
  /** Their ids; the place is the number. */
  readonly users: readonly string[];
  readonly items: readonly string[];
  /** How many users have taken each item, in what was learned from. */
  readonly popularity: Int32Array;
  /** Where the items that a user has taken begin in `taken`; one more than there are users. */
  readonly takenStarts: Int32Array;
  readonly taken: Int32Array;
}

export interface ModelFacts {
  readonly algorithm: "collaborative_filtering";
  readonly parameters: TrainingParameters;
  readonly accuracy: number | null;
  readonly baselineAccuracy: number | null;
  readonly evaluatedPairs: number;
  readonly heldOutPairs: number;
  readonly learnedPairs: number;
  readonly rows: number;
  readonly ignoredRows: number;
  /** Of the file that was learned from. */
  readonly inputSha256: string;
}

export interface TrainingParameters {
  readonly epochs: number;
  readonly learningRate: number;
  readonly batchSize: number;
  readonly factors: number;
  readonly regularization: number;
  readonly seed: number;
  readonly holdout: number;
}

const MAGIC = "TUTTI-MODEL-1\n\0\0";

interface Header {
  readonly facts: ModelFacts;
  readonly width: number;
  /** Bytes of the two lists of ids, each a JSON array. */
  readonly lists: readonly [number, number];
  readonly counts: { readonly users: number; readonly items: number; readonly taken: number };
}

export function encodeModel(model: Model): readonly Uint8Array[] {
  const lists = [model.users, model.items].map((ids) => padded(JSON.stringify(ids))) as [Buffer, Buffer];
  const header: Header = {
    facts: model.facts,
    width: model.width,
    lists: [lists[0].length, lists[1].length],
    counts: { users: model.users.length, items: model.items.length, taken: model.taken.length },
  };
  const text = padded(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  const arrays = [model.user, model.item, model.bias, model.popularity, model.takenStarts, model.taken];
  return [
    Buffer.from(MAGIC),
    length,
    text,
    ...lists,
    ...arrays.map((array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength)),
  ];
}

/** @throws Error - it is no file that `encodeModel` has made */
export function decodeModel(content: Uint8Array): Model {
  // Numbers are read where they are, which wants them to begin at a multiple of four.
  const { buffer } = content.byteOffset === 0 ? content : Uint8Array.from(content);
  const all = Buffer.from(buffer, 0, content.length);
  if (all.toString("latin1", 0, MAGIC.length) !== MAGIC) throw new Error("this is no file of a model");
  let at = MAGIC.length;
  const bytes = (count: number): Buffer => all.subarray(at, (at += count));
  const parsed = (count: number): unknown => JSON.parse(bytes(count).toString());
  const { facts, width, lists, counts } = parsed(bytes(4).readUInt32LE()) as Header;
  const users = parsed(lists[0]) as string[];
  const items = parsed(lists[1]) as string[];
  const floats = (count: number): Float32Array => new Float32Array(buffer, at, (at += count * 4) > all.length ? -1 : count);
  const wholes = (count: number): Int32Array => new Int32Array(buffer, at, (at += count * 4) > all.length ? -1 : count);
  return {
    facts,
    width,
    users,
    items,
    user: floats(counts.users * width),
    item: floats(counts.items * width),
    bias: floats(counts.items),
    popularity: wholes(counts.items),
    takenStarts: wholes(counts.users + 1),
    taken: wholes(counts.taken),
  };
}

/** With spaces at its end, so that what comes after begins at a multiple of four. */
function padded(text: string): Buffer {
  return Buffer.from(text + " ".repeat((4 - (Buffer.byteLength(text) % 4)) % 4));
}
