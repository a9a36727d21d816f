import { TuttiError } from "../model/errors.ts";

/** How one of several ended. */
export type Settled<Result> = { readonly ok: true; readonly value: Result } | { readonly ok: false; readonly error: unknown };

export interface BatchOptions {
  /** How many are on their way at once. Default 5. */
  readonly atOnce?: number | undefined;
  /** Nothing is begun after it aborts; what is on its way is given it as well. */
  readonly signal: AbortSignal;
}

const AT_ONCE = 5;
const AT_ONCE_MAX = 1_000;

/**
 * Makes a call for each item, a few at once: the next begins as soon as any of them has ended, and not when all have. One
 * that fails does not keep the others from being made.
 *
 * @returns how each ended, in the order of the items; never rejects for the sake of a call
 * @throws TuttiError `input.invalid` - `atOnce` is no whole number from 1 to 1,000
 */
export async function callBatch<Item, Result>(
  items: readonly Item[],
  call: (item: Item, signal: AbortSignal) => Promise<Result>,
  { atOnce = AT_ONCE, signal }: BatchOptions,
): Promise<readonly Settled<Result>[]> {
  if (!Number.isInteger(atOnce) || atOnce < 1 || atOnce > AT_ONCE_MAX) {
    const message = `atOnce must be a whole number from 1 to ${AT_ONCE_MAX}, and is ${atOnce}`;
    throw new TuttiError("input.invalid", message, { problems: [message] });
  }
  const settled: Settled<Result>[] = [];
  // One row of items, of which each worker takes the next.
  const row = items.entries();
  const work = async (): Promise<void> => {
    for (const [place, item] of row) settled[place] = await settle(() => call(item, signal), signal);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, work));
  return settled;
}

async function settle<Result>(call: () => Promise<Result>, signal: AbortSignal): Promise<Settled<Result>> {
  if (signal.aborted) return { ok: false, error: signal.reason };
  try {
    return { ok: true, value: await call() };
  } catch (error) {
    return { ok: false, error };
  }
}
