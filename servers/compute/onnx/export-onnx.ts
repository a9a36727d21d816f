import { readFileSync, writeFileSync } from "node:fs";
import { env, InferenceSession, Tensor } from "onnxruntime-web";
import { decodeModel, type Model } from "../model/model-file.ts";
import { chanceOf, preference } from "../model/scores.ts";
import { below, randomOf } from "../training/random.ts";
import { Refusal } from "../work/refusal.ts";
import { onnxModel } from "./onnx-model.ts";

export interface ExportTask {
  readonly modelPath: string;
  readonly onnxPath: string;
}

export interface Exported {
  /** How many scores were compared. */
  readonly comparedPairs: number;
  /** By how much they differ, at most. */
  readonly differenceMax: number;
}

const SAMPLE = 1_000;

/** Scores are numbers of 32 bits, summed in an order that is nobody's business. */
const TOLERANCE = 1e-5;

/** Writes a model as ONNX, reads it back with a runtime that is not ours, and compares what both predict. */
export async function exportOnnx({ modelPath, onnxPath }: ExportTask): Promise<Exported> {
  const model = decodeModel(readFileSync(modelPath));
  writeFileSync(onnxPath, onnxModel(model), { flush: true });
  const pairs = sampleOf(model);
  const scores = await runtimeScores(onnxPath, pairs);
  let differenceMax = 0;
  for (const [place, { user, item }] of pairs.entries()) {
    const difference = Math.abs((scores[place] ?? Number.NaN) - chanceOf(preference(model, user, item)));
    // Also what is no number is different.
    if (!(difference <= TOLERANCE)) throw new Refusal(`the exported model predicts something else than the model: ${difference} apart`);
    differenceMax = Math.max(differenceMax, difference);
  }
  return { comparedPairs: pairs.length, differenceMax };
}

interface Pair {
  readonly user: number;
  readonly item: number;
}

/** The corners, and pairs from everywhere. */
function sampleOf({ users, items }: Model): readonly Pair[] {
  const random = randomOf(users.length, items.length);
  const corners = [0, users.length - 1].flatMap((user) => [0, items.length - 1].map((item) => ({ user, item })));
  const others = Array.from({ length: SAMPLE }, () => ({ user: below(random, users.length), item: below(random, items.length) }));
  return [...corners, ...others];
}

async function runtimeScores(onnxPath: string, pairs: readonly Pair[]): Promise<Float32Array> {
  // More threads would be threads of a thread, which nobody ends.
  env.wasm.numThreads = 1;
  const session = await InferenceSession.create(new Uint8Array(readFileSync(onnxPath)));
  try {
    const indexes = (one: (pair: Pair) => number): Tensor =>
      new Tensor(
        "int64",
        BigInt64Array.from(pairs, (pair) => BigInt(one(pair))),
        [pairs.length],
      );
    const { score } = await session.run({ user_index: indexes(({ user }) => user), item_index: indexes(({ item }) => item) });
    if (!(score?.data instanceof Float32Array)) throw new Refusal("the exported model gives no scores");
    return score.data;
  } finally {
    await session.release();
  }
}
