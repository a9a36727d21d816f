import { createHash } from "node:crypto";
import { closeSync, fsyncSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { encodeModel, type Model, type TrainingParameters } from "../model/model-file.ts";
import type { SourceFile } from "../table/source-file.ts";
import { Refusal } from "../work/refusal.ts";
import type { ThreadSide } from "../work/thread-side.ts";
import { readCheckpoint } from "./checkpoint.ts";
import { evaluate } from "./evaluate.ts";
import { type Factors, newFactors } from "./factors.ts";
import { holdOut, type Pairs, type Split, startsOf } from "./hold-out.ts";
import { type Interactions, loadInteractions } from "./interactions.ts";
import { type Learner, openLearner } from "./learn.ts";
import { openTrainingReporter, type TrainProgress } from "./training-reporter.ts";

export interface TrainTask {
  readonly source: SourceFile;
  readonly inputSha256: string;
  readonly parameters: TrainingParameters;
  /** Of the job: the checkpoint is here, and then the model and what was held out. */
  readonly directory: string;
  readonly checkpointMs: number;
  readonly memoryMb: number;
}

export interface Trained {
  readonly sha256: string;
  readonly bytes: number;
  readonly users: number;
  readonly items: number;
  readonly facts: Model["facts"];
  readonly losses: readonly number[];
  readonly resumedAtEpoch: number | null;
  readonly secondsPerEpoch: number;
}

/** The files of a job. */
export const MODEL_FILE = "model";
const CHECKPOINT_FILE = "checkpoint";
export const HELD_OUT_FILE = "held-out.csv";

/** Of everything that decides what the numbers are. To be raised when the same input would give other ones. */
const VERSION = 1;

const MODEL_BYTES_MAX = 256 * 2 ** 20;

/** Trains from where the checkpoint is, if there is one, and leaves the model beside it. */
export async function trainFile(task: TrainTask, side: ThreadSide<TrainProgress>): Promise<Trained> {
  const { source, parameters, directory, memoryMb } = task;
  const interactions = await loadInteractions({ source, spillDirectory: join(directory, "spill"), memoryMb, side: { ...side } });
  const { users, items } = interactions;
  const size = { users: users.length, items: items.length, width: parameters.factors };
  if ((size.users + size.items) * size.width * 4 > MODEL_BYTES_MAX) {
    throw new Refusal(
      `${size.users} users and ${size.items} items with ${size.width} factors make a model of more than 256 MiB: fewer factors`,
    );
  }
  const split = holdOut(interactions, parameters.holdout, parameters.seed);
  const factors = newFactors(size, parameters.seed);
  const learner = openLearner(factors, split.learned, parameters);
  const identity = createHash("sha256")
    .update(JSON.stringify([VERSION, task.inputSha256, source.columns, parameters, size]))
    .digest("hex");
  const trained = train({ task, side, learner, factors, identity, pairs: split.learned });
  const model = modelOf({ task, interactions, split, factors });
  writeHeldOut(join(directory, HELD_OUT_FILE), interactions, split.heldOut);
  return { ...writeModel(join(directory, MODEL_FILE), model), ...trained, users: size.users, items: size.items, facts: model.facts };
}

interface Training {
  readonly task: TrainTask;
  readonly side: ThreadSide<TrainProgress>;
  readonly learner: Learner;
  readonly factors: Factors;
  readonly identity: string;
  readonly pairs: Pairs;
}

function train({
  task,
  side,
  learner,
  factors,
  identity,
  pairs,
}: Training): Pick<Trained, "losses" | "resumedAtEpoch" | "secondsPerEpoch"> {
  const { directory, checkpointMs, parameters } = task;
  const checkpointPath = join(directory, CHECKPOINT_FILE);
  const { epochs } = parameters;
  const { all } = factors;
  const { batches } = learner;
  const resumed = readCheckpoint(checkpointPath, identity, all);
  const reporter = openTrainingReporter({ side, checkpointPath, identity, all, checkpointMs, batches, epochs });
  const losses = [...(resumed?.losses ?? [])];
  let { epoch, batch, loss } = resumed ?? { epoch: 0, batch: 0, loss: 0 };
  for (; epoch < epochs; epoch += 1) {
    learner.begin(epoch);
    for (; batch < batches; batch += 1) {
      loss += learner.learn(epoch, batch);
      if (batch + 1 < batches) reporter.after({ epoch, batch: batch + 1, loss, losses });
    }
    losses.push(loss / pairs.userOf.length);
    batch = 0;
    loss = 0;
    reporter.after({ epoch: epoch + 1, batch, loss, losses });
  }
  return { losses, resumedAtEpoch: resumed?.epoch ?? null, secondsPerEpoch: reporter.secondsPerEpoch() };
}

interface Making {
  readonly task: TrainTask;
  readonly interactions: Interactions;
  readonly split: Split;
  readonly factors: Factors;
}

function modelOf({ task, interactions, split, factors }: Making): Model {
  const { users, items, rows, ignoredRows } = interactions;
  const { width } = factors;
  const popularity = new Int32Array(items.length);
  split.learned.itemOf.forEach((item) => (popularity[item] = (popularity[item] as number) + 1));
  const tables = {
    width,
    user: withoutGaps(factors.user, factors),
    item: withoutGaps(factors.item, factors),
    bias: Float32Array.from(factors.bias),
  };
  // Of the numbers as they are kept, and not of the finer ones that they are made of.
  const { accuracy, baselineAccuracy, pairs } = evaluate(tables, split, { users: users.length, items: items.length });
  return {
    ...tables,
    users,
    items,
    popularity,
    takenStarts: startsOf(split.learned.userOf, users.length),
    taken: split.learned.itemOf,
    facts: {
      algorithm: "collaborative_filtering",
      parameters: task.parameters,
      accuracy: accuracy ?? null,
      baselineAccuracy: baselineAccuracy ?? null,
      evaluatedPairs: pairs,
      heldOutPairs: split.heldOut.userOf.length,
      learnedPairs: split.learned.userOf.length,
      rows,
      ignoredRows,
      inputSha256: task.inputSha256,
    },
  };
}

function withoutGaps(vectors: Float64Array, { width, stride }: Factors): Float32Array {
  const rows = vectors.length / stride;
  const close = new Float32Array(rows * width);
  for (let row = 0; row < rows; row += 1) close.set(vectors.subarray(row * stride, row * stride + width), row * width);
  return close;
}

function writeModel(path: string, model: Model): { readonly sha256: string; readonly bytes: number } {
  const hash = createHash("sha256");
  let bytes = 0;
  const file = openSync(path, "w");
  try {
    for (const part of encodeModel(model)) {
      hash.update(part);
      bytes += part.length;
      for (let from = 0; from < part.length;) from += writeSync(file, part, from);
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return { sha256: hash.digest("hex"), bytes };
}

function writeHeldOut(path: string, { users, items }: Interactions, { userOf, itemOf }: Pairs): void {
  const cell = (id = ""): string => `"${id.replaceAll('"', '""')}"`;
  const lines = Array.from(userOf, (user, pair) => `${cell(users[user])},${cell(items[itemOf[pair] as number])}\n`);
  writeFileSync(path, `user,item\n${lines.join("")}`);
}
