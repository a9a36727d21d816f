import type { JsonObject } from "../base/json.ts";
import { checkInputs } from "../definition/check-inputs.ts";
import type { PatternDefinition } from "../model/pattern.ts";

/** What a pattern is applied with, and what is wrong with it. */
export interface CheckedParameters {
  /** What was given, with the defaults of what was not. */
  readonly parameters: JsonObject;
  /** Sentences without a final full stop. */
  readonly problems: readonly string[];
}

/** Compares parameters with what a pattern declares. Nothing is converted. */
export function checkParameters({ parameters: declared }: PatternDefinition, given: JsonObject): CheckedParameters {
  const { inputs, problems } = checkInputs({ inputs: declared }, given, { one: "parameter", owner: "pattern" });
  return { parameters: inputs, problems };
}
