/** What a piece of text means to the eye. */
export type Emphasis = "bold" | "dim" | "good" | "bad" | "warn" | "active";

/** Puts emphasis on text, or leaves it plain. */
export type Style = (text: string, emphasis: Emphasis | undefined) => string;

const CODES: Readonly<Record<Emphasis, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  good: [32, 39],
  bad: [31, 39],
  warn: [33, 39],
  active: [36, 39],
};

/** For terminals that show colours. */
export const coloured: Style = (text, emphasis) => {
  if (emphasis === undefined || text === "") return text;
  const [on, off] = CODES[emphasis];
  return `\u001b[${on}m${text}\u001b[${off}m`;
};

/** For pipes and files: no escape codes at all. */
export const plain: Style = (text) => text;

/** Whether colours are wanted: FORCE_COLOR and NO_COLOR decide, else whether it is a terminal. */
export function wantsColour(isTerminal: boolean, environment: Readonly<Record<string, string | undefined>>): boolean {
  const forced = environment["FORCE_COLOR"];
  if (forced !== undefined && forced !== "") return forced !== "0" && forced !== "false";
  const refused = environment["NO_COLOR"];
  if (refused !== undefined && refused !== "") return false;
  return isTerminal && environment["TERM"] !== "dumb";
}
