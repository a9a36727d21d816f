import type * as z from "zod";
import { wireName } from "../base/wire-name.ts";

/** What the schema found wrong, with the place by its names on the wire and what would be right. */
export function describeIssue(issue: z.core.$ZodIssue, root: string): string {
  return `${root}${pathText(issue.path)}: ${ruleOf(issue)}${valueOf(issue)}`;
}

function pathText(path: readonly PropertyKey[]): string {
  return path.map((key) => (typeof key === "number" ? `[${key}]` : `.${wireName(String(key))}`)).join("");
}

function ruleOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.expected === "int" ? "must be a whole number" : `must be ${WORDS[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
    case "too_small":
      return `must be at least ${issue.minimum}`;
    case "too_big":
      return issue.origin === "array" ? `must have at most ${issue.maximum} entries` : `must be at most ${issue.maximum}`;
    case "invalid_format":
    case "not_multiple_of":
    case "unrecognized_keys":
    case "invalid_union":
    case "invalid_key":
    case "invalid_element":
    case "custom":
      return issue.message;
  }
}

const WORDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a finite number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
};

const SHOWN_LENGTH_MAX = 60;

function valueOf({ input }: z.core.$ZodIssue): string {
  switch (typeof input) {
    case "undefined":
      return ", and is missing";
    case "string":
      return `, not ${JSON.stringify(input.length > SHOWN_LENGTH_MAX ? `${input.slice(0, SHOWN_LENGTH_MAX)}...` : input)}`;
    case "number":
    case "boolean":
      return `, not ${input}`;
    default:
      return "";
  }
}
