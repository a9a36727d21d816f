import { EXIT_BUG, ERROR_TRAITS } from "../contract/error-traits.ts";
import { errorDocument } from "../contract/error-document.ts";
import { isTuttiError } from "../model/errors.ts";
import type { TuttiError } from "../model/errors.ts";
import type { JsonObject } from "../base/json.ts";
import type { CliHost, Refusal } from "./host.ts";
import { bugText } from "./bug-text.ts";
import { Interrupted } from "./interrupted.ts";
import { oneLine } from "./render/safe-text.ts";

/** What is printed when a command did not do what it was asked, and the exit code. */
export async function refusalOf(error: unknown, host: Pick<CliHost, "formatProblem" | "environment">): Promise<Refusal> {
  if (error instanceof SuppressedError) return await refusalOf(reasonOf(error), host);
  if (error instanceof Interrupted) return { exitCode: error.exitCode, text: "" };
  if (!isTuttiError(error)) return { exitCode: EXIT_BUG, text: bugText(error, host.environment) };
  return {
    exitCode: ERROR_TRAITS[error.code].exitCode,
    text: await refusalText(error, host),
    document: errorDocument(error) as unknown as JsonObject,
  };
}

/** When closing fails too, mostly for the same reason, the first error is the reason; to be told to end is none. */
function reasonOf({ error, suppressed }: SuppressedError): unknown {
  return suppressed instanceof Interrupted ? error : suppressed;
}

async function refusalText(refused: TuttiError, host: Pick<CliHost, "formatProblem">): Promise<string> {
  if (isTuttiError(refused, "definition.invalid") || isTuttiError(refused, "config.invalid")) {
    const { problems } = refused.details;
    // Where it is wrong is not always a place in a file.
    if (problems.length === 0) return `tutti: ${oneLine(refused.message, 2_000)}`;
    const texts = await Promise.all(problems.map((problem) => host.formatProblem(problem)));
    return [...texts, problemCount(problems.length)].join("\n");
  }
  const details: string[] = [];
  if (isTuttiError(refused, "server.unavailable")) details.push(...lastWords(refused.details.stderr ?? []));
  if (isTuttiError(refused, "usage") && refused.details.hint !== undefined) details.push(refused.details.hint);
  return [`tutti: ${oneLine(refused.message, 2_000)}`, ...details.map((line) => `  ${oneLine(line)}`)].join("\n");
}

/** What a server wrote before it ended; the message has the last line. */
function lastWords(stderr: readonly string[]): readonly string[] {
  return stderr.length > 1 ? stderr.slice(-20) : [];
}

/** `"2 problems"` */
export function problemCount(count: number): string {
  return count === 1 ? "1 problem" : `${count} problems`;
}
