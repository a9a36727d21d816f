import { performance } from "node:perf_hooks";
import { Refusal } from "../work/refusal.ts";
import type { ThreadSide } from "../work/thread-side.ts";
import { type Place, writeCheckpoint } from "./checkpoint.ts";

export interface TrainProgress {
  /** How many epochs are over. */
  readonly epoch: number;
  /** 0 to 1. */
  readonly share: number;
  readonly losses: readonly number[];
  readonly secondsPerEpoch?: number;
  /** Whether a checkpoint has been written since this thread began. */
  readonly checkpoint: boolean;
}

/** Keeps where a training is, now and then, and tells it. Neither has any influence on what is learned. */
export interface TrainingReporter {
  /** To be called after each batch. @throws Refusal - the work is to stop: a checkpoint was written */
  after(place: Place): void;
  secondsPerEpoch(): number;
}

export interface ReporterOptions {
  readonly side: ThreadSide<TrainProgress>;
  readonly checkpointPath: string;
  /** Of what is trained. */
  readonly identity: string;
  readonly all: Float64Array;
  /** From one checkpoint to the next, at least. */
  readonly checkpointMs: number;
  readonly batches: number;
  readonly epochs: number;
}

const TELL_MS = 100;

/** Of the time, at most a tenth goes into checkpoints. */
const CHECKPOINT_SHARE = 10;

export function openTrainingReporter(options: ReporterOptions): TrainingReporter {
  const { side, checkpointPath, identity, all, checkpointMs, batches, epochs } = options;
  const began = performance.now();
  let [toldMs, keptMs, costMs, done, checkpoint] = [began, began, 0, 0, false];
  const secondsPerEpoch = (): number => ((performance.now() - began) / 1_000 / Math.max(done, 1)) * batches;
  const keep = (place: Place): void => {
    const from = performance.now();
    writeCheckpoint(checkpointPath, identity, { place, all });
    checkpoint = true;
    keptMs = performance.now();
    costMs = keptMs - from;
  };
  return {
    secondsPerEpoch,
    after(place) {
      done += 1;
      if (side.stopped()) {
        keep(place);
        throw new Refusal("it was stopped");
      }
      const now = performance.now();
      const due = Math.max(checkpointMs, costMs * CHECKPOINT_SHARE);
      // The end of an epoch is a good place, also when it is a bit early.
      if (now - keptMs >= (place.batch === 0 ? due / 4 : due)) keep(place);
      if (now - toldMs < TELL_MS) return;
      toldMs = now;
      const share = (place.epoch + place.batch / batches) / epochs;
      side.tell({ epoch: place.epoch, share, losses: place.losses, secondsPerEpoch: secondsPerEpoch(), checkpoint });
    },
  };
}
