import { TuttiError } from "../model/errors.ts";

const LENGTH_MAX = 200;

/** Reads the key of a request. @throws TuttiError `usage` */
export function readRequestKey(text: string): string {
  if (text !== "" && text.length <= LENGTH_MAX) return text;
  throw new TuttiError("usage", `--request-key takes 1 to ${LENGTH_MAX} characters, not ${text.length}`, {});
}
