import { isCollection, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { Document, Node, Pair } from "yaml";
import type { Json } from "../base/json.ts";
import type { LocatedProblem, Path, Problem } from "../model/problem.ts";

/** The text of a configuration file as a value, and the way back from the value to the text. */
export interface ConfigDocument {
  /** Undefined when the text is no YAML or JSON; `problems` then says why. */
  readonly value?: Json;
  readonly problems: readonly LocatedProblem[];
  locate(problem: Problem): LocatedProblem;
}

/** Reads YAML, JSON, and JSON with comments as editors write it. */
export function readConfigDocument(text: string, file: string): ConfigDocument {
  const lines = new LineCounter();
  const json = /\.jsonc?$/i.test(file);
  const document = parseDocument(json ? withoutComments(text) : text, { lineCounter: lines, prettyErrors: false });
  const place = (span: Span): Place => placeOf(span, text, lines);
  const problems = document.errors.map((error): LocatedProblem => {
    const message = `not valid ${json ? "JSON" : "YAML"}: ${error.message.replace(/\.$/, "")}`;
    return { code: "syntax", severity: "error", message, file, ...place({ start: error.pos[0], end: error.pos[1] }) };
  });
  const locate = ({ path, range, atKey, ...problem }: Problem): LocatedProblem => ({
    ...problem,
    file,
    ...place(spanOf(document, path, { ...(range === undefined ? {} : { range }), atKey: atKey === true })),
  });
  if (problems.length > 0) return { problems, locate };
  try {
    return { value: (document.toJS({ maxAliasCount: MOST_ALIASES }) ?? {}) as Json, problems, locate };
  } catch (cause) {
    // The only thing that is refused here are aliases that would grow beyond all bounds, or that contain themselves.
    const message = `not valid YAML: ${(cause as Error).message}`;
    return { problems: [{ code: "syntax", severity: "error", message, file, ...place({ start: 0, end: 1 }) }], locate };
  }
}

const MOST_ALIASES = 100;

interface Span {
  readonly start: number;
  readonly end: number;
}

type Place = Pick<LocatedProblem, "line" | "column" | "length" | "source">;

/** Puts spaces in place of comments, so that all else stays where it is. */
function withoutComments(text: string): string {
  return text.replaceAll(/"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (part) =>
    part.startsWith('"') ? part : part.replaceAll(/[^\n]/g, " "),
  );
}

function placeOf(span: Span, text: string, lines: LineCounter): Place {
  const { line, col } = lines.linePos(span.start);
  const start = span.start - (col - 1);
  const end = text.indexOf("\n", start);
  const source = text.slice(start, end === -1 ? undefined : end).replace(/\r$/, "");
  const length = Math.max(1, Math.min(span.end - span.start, source.length - (col - 1)));
  return { line: Math.max(1, line), column: Math.max(1, col), length, source };
}

function spanOf(document: Document, path: Path, part: { readonly range?: Problem["range"]; readonly atKey: boolean }): Span {
  const { key, value } = nodeAt(document.contents, path);
  const node = part.atKey ? (key ?? value) : value;
  const [start = 0, end = start + 1] = node?.range ?? [];
  if (!isScalar(node)) return { start, end: isCollection(node) ? start + 1 : end };
  if (part.range === undefined) return { start, end };
  const quote = node.type === "QUOTE_DOUBLE" || node.type === "QUOTE_SINGLE" ? 1 : 0;
  const from = start + quote + part.range.offset;
  return { start: from, end: from + part.range.length };
}

/** The node at a path and its key; the last one that is there, if the path leads further. */
function nodeAt(root: Node | null, path: Path): { readonly key?: Node; readonly value: Node | null } {
  let key: Node | undefined;
  let value = root;
  for (const step of path) {
    const [nextKey, next] = child(value, step);
    if (nextKey === undefined && next === undefined) break;
    key = nextKey;
    value = next ?? nextKey ?? value;
  }
  return { value, ...(key === undefined ? {} : { key }) };
}

/** The key and the value at one step of a path, in whatever spelling the file has. */
function child(node: Node | null, step: string | number): readonly [Node | undefined, Node | undefined] {
  if (isSeq(node) && typeof step === "number") return [undefined, isNode(node.items[step]) ? node.items[step] : undefined];
  if (!isMap(node)) return [undefined, undefined];
  const pair = node.items.find((candidate) => spellings(String(step)).includes(keyText(candidate)));
  return [isNode(pair?.key) ? pair.key : undefined, isNode(pair?.value) ? pair.value : undefined];
}

function keyText(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
}

function spellings(key: string): readonly string[] {
  const camel = key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return key === "servers" ? ["servers", "mcpServers"] : [key, camel];
}
