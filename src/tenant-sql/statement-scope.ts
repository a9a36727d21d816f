import type { DatabaseInjectorConfig } from "../model/server.ts";
import type { BoundValues } from "./bound-values.ts";
import type { NameFrame } from "./name-frame.ts";

/** What is known while one statement is rewritten. */
export interface StatementScope {
  readonly config: DatabaseInjectorConfig;
  readonly tenant: string;
  readonly bound: BoundValues;
  /** Where a part stands in the caller's text, from the offset that the parser noted in it. */
  readonly placeOf: (location: unknown) => string | undefined;
  /** Nothing in it can fail because of a row: it does not matter which condition is evaluated first. */
  readonly quiet: boolean;
  /** Names of tables and the like that can be seen from here, the innermost level first. */
  readonly frames: readonly NameFrame[];
  /** Names of WITH that can be seen from here. */
  readonly visible: ReadonlySet<string>;
}
