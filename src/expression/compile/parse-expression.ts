import { Environment, ParseError, type ASTNode } from "@marcbachmann/cel-js";
import type { ExpressionProblem } from "../expression-problem.ts";
import { LIMITS } from "../limits.ts";

/** Grammar only: what names and functions mean is decided where they are compiled. */
const GRAMMAR = new Environment({
  enableOptionalTypes: true,
  limits: { maxAstNodes: LIMITS.nodes, maxDepth: LIMITS.depth, maxListElements: 1_000, maxMapEntries: 1_000, maxCallArguments: 32 },
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

/** What people write who think of another language. */
const HABITS: readonly (readonly [RegExp, string])[] = [
  [/^===?=?/, 'equality is written "=="'],
  [/^!==/, 'inequality is written "!="'],
  [/^&/, '"and" is written "&&"'],
  [/^\|/, '"or" is written "||", and a function stands after a dot: value.function()'],
  [/^\?\?/, "a default is written value.?key.orValue(default)"],
  [/^\?\./, 'an optional key is written ".?key"'],
  [/^`/, "strings stand in single or double quotes"],
  [/^\$\{\{/, "an expression cannot stand in another one"],
  [/^(and|or|not)\b/, '"and", "or" and "not" are written "&&", "||" and "!"'],
  [/^(in|true|false|null)\b/, 'a key that is a word of the language is written ["in"]'],
];

function syntaxProblem(source: string, error: ParseError): ExpressionProblem {
  if (error.code === "limit_exceeded") return limitProblem(error.summary);
  const offset = Math.min(error.range?.start ?? 0, source.length);
  const length = Math.max(1, (error.range?.end ?? offset) - offset);
  const rest = source.slice(offset);
  // "a ?? b" fails at the second "?", and "a?.b" at the dot.
  const habit = HABITS.find(([pattern]) => pattern.test(rest) || (/^[?.=&|]/.test(rest) && pattern.test(source.slice(offset - 1))));
  const message = offset >= source.trimEnd().length ? "the expression ends too early" : plainMessage(error.summary, rest);
  return {
    code: "expression-syntax",
    message: habit === undefined ? message : `${message}: ${habit[1]}`,
    range: { offset, length: Math.min(length, Math.max(1, source.length - offset)) },
  };
}

function limitProblem(summary: string): ExpressionProblem {
  if (summary.includes("maxDepth")) return tooDeep();
  return {
    code: "expression-too-large",
    message: `the expression has too many parts (${summary
      .replace(/^Exceeded max/, "limit of ")
      .replace(/([A-Z])/g, " $1")
      .toLowerCase()})`,
  };
}

/** The parser speaks of its tokens in capitals; a person wants to read what stands there. */
function plainMessage(summary: string, rest: string): string {
  if (/^(Unexpected (token|character)|Expected )/.test(summary)) {
    const found = /^(\w+|\W)/.exec(rest)?.[0] ?? "";
    return `"${found}" is not expected here`;
  }
  return summary.charAt(0).toLowerCase() + summary.slice(1);
}
