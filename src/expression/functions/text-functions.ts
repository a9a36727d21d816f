import { matchesPattern, patternProblem } from "../pattern.ts";
import { fail, madeText, spend, spendText } from "../values/evaluation.ts";
import { stringAt, wholeAt, type ExpressionFunction, type FunctionCall } from "./function-call.ts";

/** Methods of strings. Positions are UTF-16 units, as in JSON tools everywhere; `size()` counts characters. */
export const TEXT_FUNCTIONS: readonly ExpressionFunction[] = [
  {
    name: "contains",
    form: "method",
    arity: [2, 2],
    usage: "text.contains(part)",
    returns: "bool",
    summary: "Whether the part stands anywhere in the text.",
    run: (call) => {
      const { text, part } = searchOf(call);
      return text.includes(part);
    },
  },
  {
    name: "startsWith",
    form: "method",
    arity: [2, 2],
    usage: "text.startsWith(part)",
    returns: "bool",
    summary: "Whether the text begins with the part.",
    run: (call) => stringAt(call, 0).startsWith(paidString(call, 1)),
  },
  {
    name: "endsWith",
    form: "method",
    arity: [2, 2],
    usage: "text.endsWith(part)",
    returns: "bool",
    summary: "Whether the text ends with the part.",
    run: (call) => stringAt(call, 0).endsWith(paidString(call, 1)),
  },
  {
    name: "matches",
    form: "either",
    arity: [2, 2],
    usage: "text.matches(pattern)",
    returns: "bool",
    summary:
      "Whether the regular expression (RE2: no look-around, no back-references) matches anywhere in the text. Anchor it with ^ and $.",
    run: (call) => matchesPattern(stringAt(call, 0), stringAt(call, 1), call.evaluation),
    checkLiterals: ([, pattern]) => (typeof pattern === "string" ? patternProblem(pattern) : undefined),
  },
  {
    name: "indexOf",
    form: "method",
    arity: [2, 2],
    usage: "text.indexOf(part)",
    returns: "int",
    summary: "Where the part first stands, from 0; -1 when it does not.",
    run: (call) => {
      const { text, part } = searchOf(call);
      return BigInt(text.indexOf(part));
    },
  },
  {
    name: "lastIndexOf",
    form: "method",
    arity: [2, 2],
    usage: "text.lastIndexOf(part)",
    returns: "int",
    summary: "Where the part last stands, from 0; -1 when it does not.",
    run: (call) => {
      const { text, part } = searchOf(call);
      return BigInt(text.lastIndexOf(part));
    },
  },
  {
    name: "substring",
    form: "method",
    arity: [2, 3],
    usage: "text.substring(start, end?)",
    returns: "string",
    summary: "The part from start up to, but without, end.",
    run: (call) => {
      const text = stringAt(call, 0);
      const start = wholeAt(call, 1);
      const end = call.arguments.length > 2 ? wholeAt(call, 2) : text.length;
      if (start < 0 || end < start || end > text.length) return fail("substring() needs 0 <= start <= end <= the length of the text");
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
    usage: "text.replace(part, by)",
    returns: "string",
    summary: "The text with every occurrence of the part replaced.",
    run: (call) => {
      const { text, part } = searchOf(call);
      const by = stringAt(call, 2);
      if (part === "") return fail("replace() needs a part that is not empty");
      return joinedText(call, text.split(part), by);
    },
  },
  {
    name: "split",
    form: "method",
    arity: [2, 2],
    usage: "text.split(separator)",
    returns: "list",
    summary: "The parts between the separators; with an empty separator, the characters.",
    run: (call) => {
      const { text, part } = searchOf(call);
      if (part === "") spend(call.evaluation, text.length);
      const parts = part === "" ? Array.from(text) : text.split(part);
      spend(call.evaluation, parts.length);
      return parts;
    },
  },
];

/** Joins texts. The length of the result is known, and paid for, before it is made. */
export function joinedText(call: FunctionCall, parts: readonly string[], separator: string): string {
  const length = parts.reduce((total, part) => total + part.length, Math.max(0, parts.length - 1) * separator.length);
  spend(call.evaluation, parts.length);
  spendText(call.evaluation, length);
  return madeText(call.evaluation, parts.join(separator));
}

/**
 * The text and the part that is looked for in it. The price is that of the worst case, which is the product of their
 * lengths: V8 took 75 s to find 100,000 letters with another one in the middle among 4 million of the same letter.
 */
function searchOf(call: FunctionCall): { readonly text: string; readonly part: string } {
  const text = stringAt(call, 0);
  const part = stringAt(call, 1);
  spendText(call.evaluation, text.length + (text.length * part.length) / 32);
  return { text, part };
}

function paidString(call: FunctionCall, place: number): string {
  const text = stringAt(call, place);
  spendText(call.evaluation, text.length);
  return text;
}

function change(name: string, summary: string, make: (text: string) => string): ExpressionFunction {
  return {
    name,
    form: "method",
    arity: [1, 1],
    usage: `text.${name}()`,
    returns: "string",
    summary,
    run: (call) => make(paidString(call, 0)),
  };
}
