import { v7 } from "uuid";

/** Where new ids come from: given, not global, so that a test can repeat a run. */
export interface IdSource {
  /** A new UUID v7: unique, and sorted by the time at which it was made. */
  next(): string;
}

/** Real ids. */
export const randomIds: IdSource = { next: () => v7() };
