import { isAlias, isMap, isPair, isScalar, isSeq } from "yaml";
import type { Alias, Node, Pair, Scalar, YAMLMap } from "yaml";
import type { Json } from "../base/json.ts";
import { MOST_PROBLEMS } from "./reading.ts";
import type { SourceText, Span, TextProblem } from "./source-text.ts";
import { quoted, visible } from "../base/visible.ts";

/** Levels of nesting in a file. */
const DEEPEST = 64;

/** Values that aliases may add to a file, so that a small file cannot stand for a huge one. */
const MOST_ALIASED_VALUES = 100_000;

/** The values of a document, and which node each alias stands for. */
export interface JsonRead {
  readonly json: Json;
  readonly targets: ReadonlyMap<Node, Node>;
  readonly problems: readonly TextProblem[];
  /** False when so much could not be read that the rest says nothing. */
  readonly usable: boolean;
}

/** Turns the nodes of a document into JSON. What JSON cannot hold is reported, and null stands in its place. */
export function yamlToJson(root: Node, source: SourceText): JsonRead {
  const state: State = { source, anchors: new Map(), targets: new Map(), problems: [], aliasedValues: 0, exhausted: false };
  const json = valueOf(root, { depth: 0, aliased: false }, state);
  return { json, targets: state.targets, problems: state.problems, usable: !state.exhausted };
}

/** Where a node is in the text. */
export function spanOf(node: Node): Span {
  const [start, end] = node.range ?? [0, 0];
  return { start, end };
}

/** The text of a key; undefined when it is no plain value. */
export function keyText(pair: Pair): string | undefined {
  if (!isScalar(pair.key)) return undefined;
  const { value, source } = pair.key;
  return typeof value === "string" ? value : (source ?? String(value));
}

interface State {
  readonly source: SourceText;
  readonly anchors: Map<string, Node>;
  readonly targets: Map<Node, Node>;
  readonly problems: TextProblem[];
  aliasedValues: number;
  /** Set when aliases have used up their limit: from then on nothing is followed any more. */
  exhausted: boolean;
}

/** How deep a node stands, and whether it was reached through an alias. */
interface Place {
  readonly depth: number;
  readonly aliased: boolean;
}

function valueOf(node: Node, place: Place, state: State): Json {
  if (state.exhausted) return null;
  if (place.depth > DEEPEST)
    return reported(state, spanOf(node), "too-deep", `values are nested too deeply: at most ${DEEPEST} levels are allowed`);
  if (place.aliased) state.aliasedValues += 1;
  if (state.aliasedValues > MOST_ALIASED_VALUES) {
    state.exhausted = true;
    return reported(state, spanOf(node), "alias-bomb", `aliases stand for more than ${MOST_ALIASED_VALUES} values`);
  }
  if (isAlias(node)) return aliasValue(node, place, state);
  checkTag(node, state);
  if (node.anchor !== undefined && !place.aliased) state.anchors.set(node.anchor, node);
  const inner = { depth: place.depth + 1, aliased: place.aliased };
  if (isMap(node)) return mapValue(node, inner, state);
  if (isSeq(node)) return node.items.map((item) => (isPair(item) ? null : valueOf(item as Node, inner, state)));
  return isScalar(node) ? scalarValue(node, state) : null;
}

function aliasValue(alias: Alias, place: Place, state: State): Json {
  const target = state.targets.get(alias) ?? state.anchors.get(alias.source);
  if (target === undefined) {
    return reported(state, spanOf(alias), "unknown-alias", `no anchor "&${visible(alias.source)}" stands before this alias`);
  }
  state.targets.set(alias, target);
  return valueOf(target, { depth: place.depth + 1, aliased: true }, state);
}

function mapValue(map: YAMLMap, inner: Place, state: State): Json {
  const seen = new Map<string, Node>();
  const result: Record<string, Json> = {};
  for (const pair of map.items) {
    const key = keyText(pair);
    const keyNode = pair.key as Node;
    if (key === undefined) reported(state, spanOf(keyNode), "wrong-type", "a key must be plain text");
    else if (seen.has(key)) reportRepeated(key, { first: seen.get(key) ?? keyNode, again: keyNode }, state);
    else if (key === "__proto__") reported(state, spanOf(keyNode), "forbidden-key", 'the key "__proto__" is not allowed');
    else {
      seen.set(key, keyNode);
      result[key] = pair.value === null ? null : valueOf(pair.value as Node, inner, state);
    }
  }
  return result;
}

function reportRepeated(key: string, { first, again }: { readonly first: Node; readonly again: Node }, state: State): void {
  const { line } = state.source.position(spanOf(first).start);
  reported(state, spanOf(again), "duplicate-key", `duplicate key ${quoted(key)}: it stands already in line ${line}`);
}

function scalarValue(scalar: Scalar, state: State): Json {
  const { value, source = "" } = scalar;
  if (typeof value === "string") {
    if (value.isWellFormed()) return value;
    return reported(state, spanOf(scalar), "invalid-text", "the text has half of a surrogate pair, which is no character");
  }
  if (typeof value === "number") {
    if (!Number.isFinite(value))
      return reported(state, spanOf(scalar), "invalid-number", `${visible(source)} is no number that JSON can hold`);
    if (Number.isInteger(value) && !Number.isSafeInteger(value) && !/[.e]/i.test(source) && source !== String(value)) {
      return reported(
        state,
        spanOf(scalar),
        "invalid-number",
        `${visible(source)} is too large to be exact: put it in quotes to keep all digits`,
      );
    }
    return value === 0 ? 0 : value;
  }
  return typeof value === "boolean" ? value : null;
}

const HARMLESS_TAGS: ReadonlySet<string> = new Set(
  ["str", "int", "float", "bool", "null", "map", "seq"].map((name) => `tag:yaml.org,2002:${name}`),
);

function checkTag(node: Node & { readonly tag?: string }, state: State): void {
  if (node.tag === undefined || HARMLESS_TAGS.has(node.tag)) return;
  reported(
    state,
    spanOf(node),
    "unknown-tag",
    `the tag ${quoted(node.tag.replace(/^tag:yaml.org,2002:/, "!!"))} is not allowed: remove it`,
  );
}

function reported(state: State, span: Span, code: string, message: string): null {
  if (state.problems.length <= MOST_PROBLEMS) state.problems.push({ code, severity: "error", message, span });
  return null;
}
