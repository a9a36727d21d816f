/** How deep objects and lists may lie in one another. Whatever reads them may then recurse. */
const JSON_DEPTH_MAX = 100;

/**
 * What keeps a value from being a JSON document of at most `bytesMax` bytes, as `path: problem`; undefined when nothing
 * does. The size is a lower bound, so that nothing is refused here that fits when it is written out.
 *
 * Undefined members are no fault, because writing leaves them out.
 */
export function jsonFault(value: unknown, root: string, bytesMax: number = Number.POSITIVE_INFINITY): string | undefined {
  const budget: Budget = { bytesMax, leftBytes: bytesMax };
  const fault = visit(value, budget, 0);
  return fault === undefined ? undefined : `${root}${pathText(fault.keys)}: ${fault.problem}`;
}

interface Budget {
  readonly bytesMax: number;
  leftBytes: number;
}

/** Its keys are gathered on the way back, from the innermost: a walk that finds nothing makes no garbage. */
interface Fault {
  readonly problem: string;
  /** Undefined when it is no fault of one place. */
  readonly keys: (string | number)[] | undefined;
}

function visit(value: unknown, budget: Budget, depth: number): Fault | undefined {
  switch (typeof value) {
    case "string":
      return spend(budget, value.length + 2);
    case "number":
      return Number.isFinite(value) ? spend(budget, 1) : { problem: "must be a finite number", keys: [] };
    case "boolean":
      return spend(budget, 4);
    case "object":
      if (value === null) return spend(budget, 4);
      if (depth >= JSON_DEPTH_MAX) return { problem: `must be nested at most ${JSON_DEPTH_MAX} levels deep`, keys: undefined };
      return Array.isArray(value) ? visitList(value, budget, depth + 1) : visitObject(value, budget, depth + 1);
    default:
      return { problem: `must be a JSON value, not ${typeof value}`, keys: [] };
  }
}

function visitList(list: readonly unknown[], budget: Budget, depth: number): Fault | undefined {
  for (let index = 0; index < list.length; index += 1) {
    const fault = spend(budget, 1) ?? visit(list[index], budget, depth);
    if (fault !== undefined) return inside(fault, index);
  }
  return spend(budget, 2);
}

function visitObject(object: object, budget: Budget, depth: number): Fault | undefined {
  if (!isPlain(object)) return { problem: "must be a JSON value, not an object of a class", keys: [] };
  const given = object as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(given)) {
    const value = given[key];
    if (value === undefined) continue;
    const fault = spend(budget, key.length + 4) ?? visit(value, budget, depth);
    if (fault !== undefined) return inside(fault, key);
  }
  return spend(budget, 2);
}

/** Objects of other realms count too: their prototype is not ours, but has none itself. */
function isPlain(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null;
}

function spend(budget: Budget, bytes: number): Fault | undefined {
  budget.leftBytes -= bytes;
  if (budget.leftBytes >= 0) return undefined;
  return { problem: `must be at most ${budget.bytesMax} bytes when it is encoded`, keys: undefined };
}

function inside(fault: Fault, key: string | number): Fault {
  fault.keys?.push(key);
  return fault;
}

const KEYS_SHOWN_MAX = 10;
const KEY_LENGTH_MAX = 60;

/** The end of a long path says more than its beginning. */
function pathText(keys: readonly (string | number)[] = []): string {
  const shown = keys.slice(0, KEYS_SHOWN_MAX).map((key) => (typeof key === "number" ? `[${key}]` : `.${key.slice(0, KEY_LENGTH_MAX)}`));
  return `${keys.length > KEYS_SHOWN_MAX ? "..." : ""}${shown.reverse().join("")}`;
}
