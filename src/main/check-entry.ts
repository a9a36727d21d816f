import type { Ms } from "../base/duration.ts";
import type { JsonObject } from "../base/json.ts";
import { freeObject, listOf, oneOrMore, recordOf } from "../definition/collection-types.ts";
import { duration, text } from "../definition/scalar-types.ts";
import { shape } from "../definition/shape.ts";
import type { Fields, Shape } from "../definition/shape.ts";
import { argument, longText } from "./connection-entry.ts";

/** What steps and patterns may ask for by name, as it stands in `tutti.yaml`. */
export interface ChecksEntry {
  readonly checks?: Readonly<Record<string, CheckEntry>>;
  readonly handlers?: Readonly<Record<string, ToolEntry>>;
  readonly reviews?: Readonly<Record<string, ReviewEntry>>;
}

/** The keys of one kind of review. */
export interface ReviewEntry {
  readonly roles: readonly string[];
  readonly timeout?: Ms;
}

/** The keys of one check, before variables and relative paths are put in. */
export interface CheckEntry {
  readonly command?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly tool?: string;
  readonly with?: JsonObject;
  readonly timeout?: Ms;
}

/** The keys of what a tool does that is not named where it is used. */
export interface ToolEntry {
  readonly tool: string;
}

const toolName = text(193);

const reviewEntry: Shape<ReviewEntry> = shape<ReviewEntry>("review", {
  roles: { key: "roles", type: oneOrMore(text(), 100), absent: [], about: "who may answer; whoever may answer approvals if not given" },
  timeout: { key: "timeout", type: duration(), about: "how long the answer may take; the step fails after that, and never if not given" },
});

const checkEntry: Shape<CheckEntry> = shape<CheckEntry>("check", {
  command: { key: "command", type: longText, about: "the program to start, looked up in PATH; with a slash it is relative to this file" },
  args: { key: "args", type: listOf(argument, 1_000), about: "its arguments; there is no shell that would read them" },
  env: {
    key: "env",
    type: recordOf(argument, { most: 1_000 }),
    about: "environment variables for it, beside the few that every program needs",
  },
  cwd: { key: "cwd", type: longText, about: "where it is started; the folder of this file if not given" },
  tool: { key: "tool", type: toolName, about: 'the tool to call in place of a program, as "server.tool"' },
  with: { key: "with", type: freeObject, about: "the arguments of the tool" },
  timeout: { key: "timeout", type: duration(), about: "how long it may take; 10m if not given" },
});

/** An object with something for each name of which tools do the work. */
export function toolEntry(name: string, about: string): Shape<ToolEntry> {
  return shape<ToolEntry>(name, { tool: { key: "tool", type: toolName, required: true, about } });
}

/** The keys of `tutti.yaml` about checks and types of steps, as docs/configuration.md lists them. */
export const CHECK_FIELDS: Fields<ChecksEntry> = {
  checks: {
    key: "checks",
    type: recordOf(checkEntry, { most: 1_000, key: /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, keyShaped: "at most 64 letters, digits, - and _" }),
    about: "what can be found out and is right or not, by the name that steps and patterns use: a program, or a tool",
  },
  handlers: {
    key: "handlers",
    type: recordOf(toolEntry("handler", 'the tool that does the work, as "server.tool"'), {
      most: 4,
      key: /^(development|integration|validation|deployment)$/,
      keyShaped: "there are development, integration, validation and deployment",
    }),
    about: "what does the work of steps that only say their type",
  },
  reviews: {
    key: "reviews",
    type: recordOf(reviewEntry, {
      most: 2,
      key: /^(code-review|manual-review)$/,
      keyShaped: "there are code-review and manual-review",
    }),
    about: "who reviews steps before they run and what they gave, and how long that may take",
  },
};
