import { TuttiError } from "../model/errors.ts";

/** Something that no statement of a tenant may do. `place` says where in the caller's text, when it is known. */
export function denied(what: string, place?: string): TuttiError<"access.denied"> {
  return new TuttiError("access.denied", `the statement was not run: ${what}${at(place)}`, { missing: [what] });
}

/** Something that makes the text or the values no statement at all. */
export function invalid(what: string, place?: string): TuttiError<"input.invalid"> {
  return new TuttiError("input.invalid", `the statement was not run: ${what}${at(place)}`, { problems: [`${what}${at(place)}`] });
}

/** Text of a caller as it may stand in a message: short, and without control characters. */
export function shown(text: string): string {
  const cut = text.length > 80 ? `${text.slice(0, 80)}...` : text;
  return JSON.stringify(cut);
}

function at(place: string | undefined): string {
  return place === undefined ? "" : ` (${place})`;
}
