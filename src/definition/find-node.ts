import { isMap, isSeq } from "yaml";
import type { Node, Pair, Scalar, YAMLMap } from "yaml";
import type { Path } from "../model/problem.ts";
import { spellingsOf } from "./shape.ts";
import type { FieldNames, Inside } from "./value-type.ts";
import { keyText } from "./yaml-to-json.ts";

/** Where a path leads in a document. */
export interface FoundNode {
  readonly node: Node;
  /** The key of `node`, when it is the value of a key. */
  readonly key?: Scalar;
  /** Whether the whole path was followed; else `node` is the last that is there. */
  readonly complete: boolean;
  readonly inside?: Inside | undefined;
}

/** What {@link findNode} needs to know besides the path. */
export interface NodeTree {
  readonly root: Node;
  readonly inside: Inside | undefined;
  /** What each alias stands for. */
  readonly targets: ReadonlyMap<Node, Node>;
}

/** Follows a path of canonical keys through a document whose keys may have other spellings. */
export function findNode({ root, inside, targets }: NodeTree, path: Path): FoundNode {
  let found: FoundNode = { node: root, complete: true, inside };
  for (const part of path) {
    const next = childAt(targets.get(found.node) ?? found.node, found.inside, part);
    if (next === undefined) return { ...found, complete: false };
    found = { ...next, complete: true };
  }
  return found;
}

function childAt(node: Node, inside: Inside | undefined, part: string | number): Omit<FoundNode, "complete"> | undefined {
  const item = inside?.kind === "items" ? inside.item.inside : undefined;
  if (isMap(node)) return pairNamed(node, inside, String(part));
  if (isSeq(node) && typeof part === "number" && node.items.length > part) return { node: node.items[part] as Node, inside: item };
  return undefined;
}

function pairNamed(map: YAMLMap, inside: Inside | undefined, key: string): Omit<FoundNode, "complete"> | undefined {
  const field = inside?.kind === "fields" ? fieldNamed(inside.fields, key) : undefined;
  for (const spelling of [key, ...(field === undefined ? [] : spellingsOf(field))]) {
    const pair = map.items.find((candidate) => keyText(candidate) === spelling);
    if (pair !== undefined) return pairFound(pair, field);
  }
  return undefined;
}

function pairFound(pair: Pair, field: FieldNames | undefined): Omit<FoundNode, "complete"> {
  const key = pair.key as Scalar;
  return { node: (pair.value ?? key) as Node, key, inside: field?.type.inside };
}

function fieldNamed(fields: readonly FieldNames[], key: string): FieldNames | undefined {
  return fields.find((field) => field.key === key) ?? fields.find((field) => field.aliases?.includes(key) === true);
}
