import { isAlias, isMap, isScalar, isSeq, visit } from "yaml";
import type { Document, Node, Pair, Scalar, YAMLMap } from "yaml";
import { isJsonArray } from "../base/json.ts";
import type { Json } from "../base/json.ts";
import type { LocatedProblem } from "../model/problem.ts";
import { parseWorkflow } from "./parse-workflow.ts";
import { printDocument } from "./print-document.ts";
import { workflowToDocument } from "./print-workflow.ts";
import { readYaml } from "./read-yaml.ts";
import { noFindings } from "./reading.ts";
import { spellingsOf } from "./shape.ts";
import { sourceText } from "./source-text.ts";
import type { FieldNames, ValueType } from "./value-type.ts";
import { WORKFLOW } from "./workflow-shape.ts";
import { keyText } from "./yaml-to-json.ts";

/** A file in its canonical form. */
export interface FormattedText {
  /** The text as it was when it has an error. */
  readonly text: string;
  readonly problems: readonly LocatedProblem[];
}

/**
 * Brings a workflow file into its canonical form: keys, their order, durations, layout. It stays the same workflow,
 * and keeps its comments, its quotes and what it says though it need not. JSON stays JSON.
 */
export function formatWorkflowText(text: string, file: string): FormattedText {
  const { workflow, problems } = parseWorkflow(text, file);
  if (workflow === undefined) return { text, problems };
  const source = sourceText(text, file);
  if (isJsonText(source.text)) return { text: `${JSON.stringify(workflowToDocument(workflow), undefined, 2)}\n`, problems };
  const { document, root } = readYaml(source);
  if (document === undefined || root === undefined) return { text, problems };
  const first = isMap(root) ? root.items[0] : undefined;
  canonicalize(root, WORKFLOW, { document, mayReorder: !hasAliases(document) });
  if (first !== undefined && isMap(root) && root.items[0] !== first) keepHeadComment(first, document);
  const formatted = printDocument(document, source.text);
  return { text: /\r\n/.test(text) ? formatted.replaceAll("\n", "\r\n") : formatted, problems };
}

function isJsonText(text: string): boolean {
  if (!text.trimStart().startsWith("{")) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What stands on top of a file is about the file, and stays there when the key below it moves; below an empty line it is about the key. */
function keepHeadComment({ key }: Pair, document: Document): void {
  if (!isScalar(key) || typeof key.commentBefore !== "string") return;
  const end = key.commentBefore.lastIndexOf("\n\n");
  const head = end < 0 ? key.commentBefore : key.commentBefore.slice(0, end);
  document.commentBefore = [document.commentBefore, head].filter((comment) => typeof comment === "string").join("\n\n");
  key.commentBefore = end < 0 ? null : key.commentBefore.slice(end + 2);
}

/** An alias must stay behind its anchor, so a document that has one keeps its order. */
function hasAliases(document: Document): boolean {
  let found = false;
  visit(document, {
    Alias: () => {
      found = true;
      return visit.BREAK;
    },
  });
  return found;
}

interface Formatting {
  readonly document: Document;
  readonly mayReorder: boolean;
}

function canonicalize(node: Node, type: ValueType<unknown>, formatting: Formatting): void {
  const { inside } = type;
  if (isMap(node) && inside?.kind === "fields") canonicalizeMap(node, inside.fields, formatting);
  else if (isSeq(node) && inside?.kind === "items") node.items.forEach((item) => canonicalize(item as Node, inside.item, formatting));
}

function canonicalizeMap(map: YAMLMap, fields: readonly FieldNames[], formatting: Formatting): void {
  joinServerAndTool(map, fields);
  for (const pair of map.items) {
    const field = fieldOf(pair, fields);
    if (field === undefined || !isScalar(pair.key)) continue;
    pair.key.value = field.key;
    if (isScalar(pair.value)) pair.value = canonicalScalar(pair.value, field.type, formatting.document);
    else if (pair.value !== null && !isAlias(pair.value)) canonicalize(pair.value as Node, field.type, formatting);
  }
  const order = new Map(fields.map((field, index) => [field.key, index]));
  if (formatting.mayReorder) map.items.sort((left, right) => placeOf(left, order) - placeOf(right, order));
}

function fieldOf(pair: Pair, fields: readonly FieldNames[]): FieldNames | undefined {
  const key = keyText(pair);
  return fields.find((field) => key !== undefined && spellingsOf(field).includes(key));
}

function placeOf(pair: Pair, order: ReadonlyMap<string, number>): number {
  return order.get(keyText(pair) ?? "") ?? order.size;
}

/** `server: files` and `tool: read` become `tool: files.read`, unless a comment stands at the server. */
function joinServerAndTool(map: YAMLMap, fields: readonly FieldNames[]): void {
  if (!fields.some((field) => field.key === "server")) return;
  const server = map.items.find((pair) => keyText(pair) === "server");
  const tool = map.items.find((pair) => keyText(pair) === "tool");
  if (server === undefined || !isScalar(server.key) || !isScalar(server.value) || !isScalar(tool?.value)) return;
  if (server.key.commentBefore !== undefined || server.value.comment !== undefined) return;
  const prefix = `${String(server.value.value)}.`;
  const name = String(tool.value.value);
  tool.value.value = name.startsWith(prefix) ? name : `${prefix}${name}`;
  map.items.splice(map.items.indexOf(server), 1);
}

/** The value in its canonical form; texts of several lines stay as they are. */
function canonicalScalar(scalar: Scalar, type: ValueType<unknown>, document: Document): Node {
  if (scalar.type === "BLOCK_LITERAL" || scalar.type === "BLOCK_FOLDED" || scalar.anchor !== undefined) return scalar;
  const read = type.read(scalar.value as Json, { path: [], findings: noFindings() });
  const canonical = read === undefined ? (scalar.value as Json) : type.print(read);
  if (isJsonArray(canonical)) {
    const list = document.createNode(canonical, { flow: true });
    if (typeof scalar.comment === "string") list.comment = scalar.comment;
    return list;
  }
  if (typeof canonical !== "object") scalar.value = canonical;
  return scalar;
}
