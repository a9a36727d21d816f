import { fail, madeText, spend, spendText, type Evaluation } from "../values/evaluation.ts";
import { stringAt, wholeAt, type ExpressionFunction, type FunctionCall } from "./function-call.ts";
import { matchesPattern, patternProblem } from "../pattern.ts";

/** Methods of strings. Positions are UTF-16 units, as in JSON tools everywhere; `size()` counts characters. */
export const TEXT_FUNCTIONS: readonly ExpressionFunction[] = [
  predicate("contains", "Whether the part stands anywhere in the text.", (text, part) => text.includes(part)),
  predicate("startsWith", "Whether the text begins with the part.", (text, part) => text.startsWith(part)),
  predicate("endsWith", "Whether the text ends with the part.", (text, part) => text.endsWith(part)),
  {
    name: "matches",
    form: "either",
    arity: [2, 2],
    signature: "text.matches(pattern): bool",
    summary: "Whether the regular expression (RE2: no look-around, no back-references) matches anywhere in the text. Anchor with ^ and $.",
    run: (call) => matchesPattern(stringAt(call, 0), stringAt(call, 1), call.evaluation),
    checkLiterals: ([, pattern]) => (typeof pattern === "string" ? patternProblem(pattern) : undefined),
  },
  {
    name: "indexOf",
    form: "method",
    arity: [2, 2],
    signature: "text.indexOf(part): int",
    summary: "Where the part first stands, from 0; -1 when it does not.",
    run: (call) => BigInt(paid(call).indexOf(stringAt(call, 1))),
  },
  {
    name: "lastIndexOf",
    form: "method",
    arity: [2, 2],
    signature: "text.lastIndexOf(part): int",
    summary: "Where the part last stands, from 0; -1 when it does not.",
    run: (call) => BigInt(paid(call).lastIndexOf(stringAt(call, 1))),
  },
  {
    name: "substring",
    form: "method",
    arity: [2, 3],
    signature: "text.substring(start, end?): string",
    summary: "The part from start up to, but without, end. Positions are UTF-16 units.",
    run: (call) => {
      const text = stringAt(call, 0);
      const start = wholeAt(call, 1);
      const end = call.arguments.length > 2 ? wholeAt(call, 2) : text.length;
      if (start < 0 || end < start || end > text.length) return fail(`substring() needs 0 <= start <= end <= ${text.length}`);
      return madeText(call.evaluation, text.slice(start, end));
    },
  },
  change("lowerAscii", "The text with A to Z in small letters.", (text) => text.replace(/[A-Z]+/g, (part) => part.toLowerCase())),
  change("upperAscii", "The text with a to z in capitals.", (text) => text.replace(/[a-z]+/g, (part) => part.toUpperCase())),
  change("trim", "The text without white space at both ends.", (text) => text.trim()),
  {
    name: "replace",
    form: "method",
    arity: [3, 3],
    signature: "text.replace(part, by): string",
    summary: "The text with every occurrence of the part replaced.",
    run: (call) => replaced(paid(call), { part: stringAt(call, 1), by: stringAt(call, 2) }, call.evaluation),
  },
  {
    name: "split",
    form: "method",
    arity: [2, 2],
    signature: "text.split(separator): list",
    summary: "The parts between the separators; with an empty separator, the characters.",
    run: (call) => {
      const text = paid(call);
      const separator = stringAt(call, 1);
      if (separator === "") spend(call.evaluation, text.length);
      const parts = separator === "" ? Array.from(text) : text.split(separator);
      spend(call.evaluation, parts.length);
      return parts;
    },
  },
];

/** The text that a method is called on, paid for because the method reads it. */
function paid(call: FunctionCall): string {
  const text = stringAt(call, 0);
  spendText(call.evaluation, text.length);
  return text;
}

function predicate(name: string, summary: string, test: (text: string, part: string) => boolean): ExpressionFunction {
  return {
    name,
    form: "method",
    arity: [2, 2],
    signature: `text.${name}(part): bool`,
    summary,
    run: (call) => test(paid(call), stringAt(call, 1)),
  };
}

function change(name: string, summary: string, make: (text: string) => string): ExpressionFunction {
  return { name, form: "method", arity: [1, 1], signature: `text.${name}(): string`, summary, run: (call) => make(paid(call)) };
}

/** Replaces by counting first: the length of the result must be known before it is made. */
function replaced(text: string, { part, by }: { readonly part: string; readonly by: string }, evaluation: Evaluation): string {
  if (part === "") return fail("replace() needs a part that is not empty");
  const pieces = text.split(part);
  spend(evaluation, pieces.length);
  spendText(evaluation, (pieces.length - 1) * by.length);
  return madeText(evaluation, pieces.join(by));
}
