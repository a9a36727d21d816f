import type { ASTNode } from "@marcbachmann/cel-js";

/** `base.key`, `base[key]` and their optional forms, all alike. */
export interface Access {
  readonly base: ASTNode;
  /** Undefined when the key is computed; `keyNode` is then set. */
  readonly key: string | number | undefined;
  readonly keyNode?: ASTNode;
  /** Written with `.?` or `[?`. */
  readonly optional: boolean;
}

/** The node as an access to a key, if it is one. */
export function accessOf(node: ASTNode): Access | undefined {
  switch (node.op) {
    case ".":
    case ".?":
      return { base: node.args[0], key: node.args[1], optional: node.op === ".?" };
    case "[]":
    case "[?]":
      return { base: node.args[0], ...literalKey(node.args[1]), optional: node.op === "[?]" };
    default:
      return undefined;
  }
}

/** The id in `steps.id` or `steps["id"]`, if the node is just that. */
export function stepNameOf(node: ASTNode): string | undefined {
  const access = accessOf(node);
  if (access === undefined || access.optional || !isRoot(access.base, "steps")) return undefined;
  return typeof access.key === "string" ? access.key : undefined;
}

/** Whether the node is this name alone. */
export function isRoot(node: ASTNode, name: string): boolean {
  return node.op === "id" && node.args === name;
}

/** The parts of a node, from left to right. */
export function childrenOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case "value":
    case "id":
      return [];
    case "!_":
    case "-_":
      return [node.args];
    case ".":
    case ".?":
      return [node.args[0]];
    case "call":
      return node.args[1];
    case "rcall":
      return [node.args[1], ...node.args[2]];
    case "map":
      return node.args.flat();
    default:
      return node.args;
  }
}

/** How many nodes a part of an expression has. Without recursion: it is asked before the depth is known. */
export function countNodes(root: ASTNode): number {
  const waiting = [root];
  let count = 0;
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    count += 1;
    waiting.push(...childrenOf(node));
  }
  return count;
}

/** The text of a node, for a message. */
export function sourceOf(node: ASTNode): string {
  const text = node.input.slice(node.start, node.end);
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
}

function literalKey(node: ASTNode): { readonly key: string | number } | { readonly key: undefined; readonly keyNode: ASTNode } {
  if (node.op === "value" && typeof node.args === "string") return { key: node.args };
  if (node.op === "value" && typeof node.args === "bigint") return { key: Number(node.args) };
  return { key: undefined, keyNode: node };
}
