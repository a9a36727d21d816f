import { Environment, ParseError, type ASTNode } from "@marcbachmann/cel-js";
import type { ExpressionProblem } from "../expression-problem.ts";
import { LIMITS } from "../limits.ts";

/** Grammar only: what names and functions mean is decided where they are compiled. */
const GRAMMAR = new Environment({
  enableOptionalTypes: true,
  limits: {
    maxAstNodes: LIMITS.nodes,
    maxDepth: LIMITS.depth,
    maxListElements: LIMITS.literalEntries,
    maxMapEntries: LIMITS.literalEntries,
    maxCallArguments: LIMITS.callArguments,
  },
});

export type ParsedExpression =
  | { readonly node: ASTNode; readonly problem?: never }
  | { readonly problem: ExpressionProblem; readonly node?: never };

/** Reads the source of one expression, or tells the first thing that is wrong with its grammar. */
export function parseExpression(source: string): ParsedExpression {
  if (source.length > LIMITS.sourceLength) {
    return {
      problem: { code: "expression-too-long", message: `the expression has ${source.length} characters, more than ${LIMITS.sourceLength}` },
    };
  }
  if (source.trim() === "") return { problem: { code: "expression-syntax", message: "the expression is empty" } };
  try {
    return { node: GRAMMAR.parse(source).ast };
  } catch (error) {
    if (error instanceof ParseError) return { problem: syntaxProblem(source, error) };
    if (error instanceof RangeError) return { problem: tooDeep() }; // A long row of "!" or "-" recurses without a limit in the parser.
    throw error;
  }
}

/** What is said of an expression that is nested beyond the limit. */
export function tooDeep(): ExpressionProblem {
  return { code: "expression-too-deep", message: `the expression is nested more than ${LIMITS.depth} levels deep` };
}

/** What people write who think of another language: what stands at the place of the error, and directly before it. */
const HABITS: readonly { readonly at: RegExp; readonly before?: RegExp; readonly hint: string }[] = [
  { at: /^=/, before: /!=$/, hint: 'inequality is written "!="' },
  { at: /^=/, hint: 'equality is written "=="' },
  { at: /^&/, hint: '"and" is written "&&"' },
  { at: /^\|/, hint: '"or" is written "||", and a function stands after a dot, as in value.function()' },
  { at: /^\?/, before: /\?$/, hint: "a default is written value.?key.orValue(default)" },
  { at: /^\./, before: /\?$/, hint: 'an optional key is written ".?key"' },
  { at: /^`/, hint: "strings stand in single or double quotes" },
  { at: /^\$/, hint: "an expression cannot stand in another one" },
  { at: /^(and|or|not)\b/, hint: '"and", "or" and "not" are written "&&", "||" and "!"' },
  { at: /^(in|true|false|null)\b/, before: /\.\??$/, hint: 'a key that is a word of the language is written value["key"]' },
  { at: /^\d/, before: /\.\??$/, hint: 'a key that begins with a digit is written value["key"]' },
];

function syntaxProblem(source: string, error: ParseError): ExpressionProblem {
  if (error.code === "limit_exceeded") return limitProblem(error.summary);
  const offset = Math.min(error.range?.start ?? 0, source.length);
  const rest = source.slice(offset);
  const ended = rest.trim() === "";
  const habit = HABITS.find(({ at, before }) => at.test(rest) && (before === undefined || before.test(source.slice(0, offset))));
  const { message, length } = ended ? { message: "the expression ends too early", length: 1 } : plainWords(error, rest);
  return {
    code: "expression-syntax",
    message: habit === undefined ? message : `${message}: ${habit.hint}`,
    range: { offset: ended ? source.trimEnd().length - 1 : offset, length },
  };
}

function limitProblem(summary: string): ExpressionProblem {
  if (summary.includes("maxDepth")) return tooDeep();
  const message = `the expression has more parts than the limits allow: ${LIMITS.nodes} in all, ${LIMITS.literalEntries} in one list or object, ${LIMITS.callArguments} in one call`;
  return { code: "expression-too-large", message };
}

/** The parser speaks of its tokens in capitals; a person wants to read what stands there. */
function plainWords(error: ParseError, rest: string): { readonly message: string; readonly length: number } {
  const found = /^(\w+|\W)/.exec(rest)?.[0] ?? "";
  if (/^(Unexpected (token|character)|Expected )/.test(error.summary))
    return { message: `"${found}" is not expected here`, length: found.length };
  const { start = 0, end = start } = error.range ?? {};
  return { message: error.summary.charAt(0).toLowerCase() + error.summary.slice(1), length: Math.max(1, end - start) };
}
