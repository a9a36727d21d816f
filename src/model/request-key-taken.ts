import { TuttiError } from "./errors.ts";

/**
 * The refusal for a request whose key was used before for something else: the answer to that would be taken for the answer to this.
 *
 * @param by - what it was used for, such as `an execution of "x"`
 */
export function requestKeyTaken(key: string, by: string): TuttiError<"input.invalid"> {
  const problem = `the request key "${key}" was used for ${by}: every request needs a key of its own`;
  return new TuttiError("input.invalid", problem, { problems: [problem] });
}
