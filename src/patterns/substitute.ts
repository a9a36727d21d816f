import type { Json } from "../base/json.ts";
import { isJsonArray, isJsonObject } from "../base/json.ts";

/** What stands for a name of the pattern in an expression. */
export type NamedValues = (name: string) => Json | undefined;

/** One read of a name of the pattern. Offset and length are UTF-16 units of the expression. */
export interface PatternName {
  /** `parameters.x`, `parameters`, `component`, `component_id`, `each`. */
  readonly name: string;
  readonly offset: number;
  readonly length: number;
}

/** A string or comment, which says nothing; or a name that is no member of something else, with its first member. */
const TOKEN =
  /\/\/[^\n]*|[rR]?(?:"""(?:\\[^]|[^\\])*?"""|'''(?:\\[^]|[^\\])*?'''|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|(?=[A-Za-z_])(?<!\w|\.\s*|\.\?\s*)([A-Za-z_]\w*)(?:\s*\.\s*([A-Za-z_]\w*))?/g;

/** The names of the pattern that an expression reads, in order. */
export function patternNames(source: string): readonly PatternName[] {
  return Array.from(source.matchAll(TOKEN)).flatMap(({ 0: text, 1: root, 2: member, index }): readonly PatternName[] => {
    if (root === "component" || root === "component_id" || root === "each") return [{ name: root, offset: index, length: root.length }];
    if (root !== "parameters") return [];
    return [{ name: member === undefined ? root : `parameters.${member}`, offset: index, length: text.length }];
  });
}

/** Whether an expression reads what is only there when a workflow runs. */
export function readsExecution(source: string): boolean {
  return Array.from(source.matchAll(TOKEN)).some(({ 1: root = "" }) => OF_EXECUTIONS.has(root));
}

const OF_EXECUTIONS: ReadonlySet<string> = new Set(
  "inputs steps execution item index output secrets succeeded failed skipped always".split(" "),
);

/** The expression with something else in place of the names of the pattern. */
export function substitute(source: string, textFor: (name: string) => string): string {
  let result = "";
  let end = 0;
  for (const { name, offset, length } of patternNames(source)) {
    result += source.slice(end, offset) + textFor(name);
    end = offset + length;
  }
  return result + source.slice(end);
}

/** A value as the expression language writes it. */
export function literal(value: Json): string {
  if (isJsonArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (isJsonObject(value)) {
    const members = Object.entries(value).map(([key, part]) => `${JSON.stringify(key)}: ${literal(part)}`);
    return `{${members.join(", ")}}`;
  }
  return typeof value === "number" ? numberLiteral(value) : JSON.stringify(value);
}

/** A whole number that is not exact as one is a double. A sign must not join with one before it. */
function numberLiteral(value: number): string {
  const digits = String(value);
  const written = Number.isInteger(value) && !Number.isSafeInteger(value) && /^-?\d+$/.test(digits) ? `${digits}.0` : digits;
  return value < 0 ? `(${written})` : written;
}
