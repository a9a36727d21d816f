import * as z from "zod";
import type { Json } from "../base/json.ts";
import { insideName, wireName } from "../base/wire-name.ts";
import { TuttiError } from "../model/errors.ts";
import type { ErrorCode, ErrorDetails } from "../model/errors.ts";
import type { LocatedProblem } from "../model/problem.ts";
import { ERROR_TRAITS } from "./error-traits.ts";
import { locatedProblem } from "./located-problem.ts";

/** What a program gets in place of a result. */
export interface ErrorDocument {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly problems?: readonly Json[];
    readonly details?: Json;
  };
}

/** A refusal as a document. `problems` is there for whatever was invalid, `details` for all else. */
export function errorDocument(error: TuttiError): ErrorDocument {
  const { problems, ...details } = error.details as { readonly problems?: readonly (LocatedProblem | string)[] };
  return {
    error: {
      code: error.code,
      message: error.message,
      ...(problems === undefined ? {} : { problems: problems.map(problemDocument) }),
      ...(Object.keys(details).length === 0 ? {} : { details: renamed(details, wireName) }),
    },
  };
}

/** Reads back what {@link errorDocument} wrote; undefined when it is none. */
export function readErrorDocument(document: unknown): TuttiError | undefined {
  const parsed = errorDocumentSchema.safeParse(document);
  if (!parsed.success || !isErrorCode(parsed.data.error.code)) return undefined;
  const { code, message, problems, details } = parsed.data.error;
  const given = { ...renamed(details ?? {}, insideName), ...(problems === undefined ? {} : { problems: problems.map(readProblem) }) };
  return new TuttiError(code, message, given as ErrorDetails[ErrorCode]);
}

const errorDocumentSchema = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    problems: z.array(z.unknown()).exactOptional(),
    details: z.record(z.string(), z.unknown()).exactOptional(),
  }),
});

function renamed(details: Readonly<Record<string, unknown>>, name: (key: string) => string): Record<string, Json> {
  return Object.fromEntries(Object.entries(details).map(([key, value]) => [name(key), value as Json]));
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_TRAITS, code);
}

function problemDocument(problem: LocatedProblem | string): Json {
  return typeof problem === "string" ? problem : (z.encode(locatedProblem, problem) as Json);
}

function readProblem(problem: unknown): LocatedProblem | string {
  return typeof problem === "string" ? problem : locatedProblem.parse(problem);
}
