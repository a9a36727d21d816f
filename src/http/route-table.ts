import type { Operation, Route } from "../contract/operation.ts";

/** Operations as HTTP finds them. */
export interface RouteTable {
  /** Literal parts of a path come before those that are in braces. */
  match(method: string, path: string): RouteMatch;
}

/** An operation that is at a place. */
export interface RoutedOperation {
  readonly operation: Operation<unknown, unknown, unknown>;
  readonly route: Route;
}

export type RouteMatch =
  | { readonly type: "found"; readonly found: RoutedOperation; readonly parameters: Readonly<Record<string, string>> }
  /** There is something, for these methods. */
  | { readonly type: "method"; readonly allowed: readonly string[] }
  | { readonly type: "nothing" };

/** The routes of some operations; those without a route are only for this machine's own commands. */
export function routeTable(operations: readonly Operation<unknown, unknown, unknown>[]): RouteTable {
  const entries = routedOperations(operations)
    .map((found) => ({ found, segments: segmentsOf(found.route.path) }))
    .sort((left, right) => literals(right.segments) - literals(left.segments));
  return {
    match(method, path) {
      const asked = segmentsOf(path);
      const here = entries.flatMap(({ found, segments }) => {
        const parameters = parametersOf(segments, asked);
        return parameters === undefined ? [] : [{ found, parameters }];
      });
      const wanted = method === "HEAD" ? "GET" : method;
      const hit = here.find(({ found }) => found.route.method === wanted);
      if (hit !== undefined) return { type: "found", ...hit };
      const methods = new Set(here.map(({ found }) => found.route.method as string));
      if (methods.size === 0) return { type: "nothing" };
      if (methods.has("GET")) methods.add("HEAD");
      return { type: "method", allowed: [...methods.add("OPTIONS")].sort() };
    },
  };
}

/** Those that have a route. */
export function routedOperations(operations: readonly Operation<unknown, unknown, unknown>[]): readonly RoutedOperation[] {
  return operations.flatMap((operation) => (operation.route === undefined ? [] : [{ operation, route: operation.route }]));
}

/** The names in braces, in order. */
export function pathParameters(path: string): readonly string[] {
  return [...path.matchAll(/\{([a-z_]+)\}/g)].map(([, name = ""]) => name);
}

function segmentsOf(path: string): readonly string[] {
  return path.split("/").slice(1);
}

function literals(segments: readonly string[]): number {
  return segments.filter((segment) => !segment.startsWith("{")).length;
}

function parametersOf(segments: readonly string[], asked: readonly string[]): Readonly<Record<string, string>> | undefined {
  if (segments.length !== asked.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [place, segment] of segments.entries()) {
    const given = asked[place] ?? "";
    const [, name] = /^\{(.*)\}$/.exec(segment) ?? [];
    if (name === undefined ? segment !== given : given === "") return undefined;
    if (name !== undefined) parameters[name] = decoded(given);
  }
  return parameters;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // It is no name of anything then, which the operation says.
    return segment;
  }
}
