import { type ErrorCode, isTuttiError, type LocatedProblem, type TuttiError } from "tutti";
import { type Json, ToolError } from "tutti/server";

const PROBLEMS_MAX = 100;
/** In the message; all of them are in the details. */
const PROBLEMS_TOLD = 20;

/** What passes by itself. All else is wrong in what was asked. */
const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["server.unavailable", "journal.locked", "journal.unusable"]);

/** A refusal of Tutti as one of a tool. Anything else stays what it is. */
export function asToolError(error: unknown): unknown {
  if (!isTuttiError(error)) return error;
  const problems = problemsOf(error);
  // Of a single problem the message itself tells.
  const told = problems.slice(0, PROBLEMS_TOLD).filter((problem) => !error.message.includes(problem));
  const message = [error.message, ...told].join("\n");
  const details: Json = { code: error.code, ...(problems.length === 0 ? {} : { problems: problems.slice(0, PROBLEMS_MAX) }) };
  return new ToolError(message, { type: PASSING.has(error.code) ? "External" : "Validation", details, cause: error });
}

function problemsOf(error: TuttiError): readonly string[] {
  const { problems = [] } = error.details as { readonly problems?: readonly (LocatedProblem | string)[] };
  return problems.map((problem) => (typeof problem === "string" ? problem : problemText(problem)));
}

/** A problem with its place: where it is in the definition, else in the text. */
export function problemText({ place, line, column, severity, message }: LocatedProblem): string {
  const where = place ?? `line ${line}, column ${column}`;
  return `${where}: ${severity === "warning" ? "warning: " : ""}${message}`.slice(0, 1_000);
}
