import { isScalar } from "yaml";
import type { Problem } from "../model/problem.ts";
import { findNode } from "./find-node.ts";
import type { FoundNode, NodeTree } from "./find-node.ts";
import { textOffset } from "./text-offset.ts";
import type { SourceText, Span, TextProblem } from "./source-text.ts";
import { findExpression } from "./template-types.ts";
import { spanOf } from "./yaml-to-json.ts";

/** The place in the text of a problem that is known by its path. */
export function locateProblem(problem: Problem, tree: NodeTree, source: SourceText): TextProblem {
  const { path, atKey = false, range, ...rest } = problem;
  const found = findNode(tree, path);
  if (atKey && found.complete && found.key !== undefined) return { ...rest, span: spanOf(found.key) };
  const inner = range === undefined || !found.complete ? undefined : rangeSpan(range, found, source);
  return { ...rest, span: inner ?? spanOf(found.node) };
}

/** A part of a text value, in the file; undefined where the two cannot be laid side by side. */
function rangeSpan(range: NonNullable<Problem["range"]>, { node, inside }: FoundNode, source: SourceText): Span | undefined {
  if (!isScalar(node) || typeof node.value !== "string") return undefined;
  const before = inside?.kind === "expression" ? (findExpression(node.value)?.offset ?? 0) : 0;
  const start = textOffset(node, source.text, before + range.offset);
  const end = textOffset(node, source.text, before + range.offset + range.length);
  return start === undefined ? undefined : { start, end: Math.max(end ?? 0, start + 1) };
}
