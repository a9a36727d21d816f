/** How deep objects and lists may lie in one another. Whatever reads them may then recurse. */
const JSON_DEPTH_MAX = 100;

/**
 * What keeps a value from being a JSON document of at most `bytesMax` bytes, as `path: problem`; undefined when nothing
 * does. The size is a lower bound, so that nothing is refused here that fits when it is written out.
 *
 * Undefined members are no fault, because writing leaves them out.
 */
export function jsonFault(value: unknown, path: string, bytesMax: number = Number.POSITIVE_INFINITY): string | undefined {
  const walk: Walk = { bytesMax, leftBytes: bytesMax, fault: undefined };
  visit(walk, value, { parent: undefined, key: path, depth: 0 });
  return walk.fault;
}

interface Walk {
  readonly bytesMax: number;
  leftBytes: number;
  fault: string | undefined;
}

/** Where the walk is; becomes text only when there is something to say. */
interface Place {
  readonly parent: Place | undefined;
  readonly key: string | number;
  readonly depth: number;
}

/** Whether to go on. */
function visit(walk: Walk, value: unknown, place: Place): boolean {
  switch (typeof value) {
    case "string":
      return spend(walk, value.length + 2, place);
    case "number":
      return Number.isFinite(value) ? spend(walk, 1, place) : stop(walk, place, "must be a finite number");
    case "boolean":
      return spend(walk, 4, place);
    case "object":
      if (value === null) return spend(walk, 4, place);
      if (place.depth >= JSON_DEPTH_MAX) return stop(walk, rootOf(place), `must be nested at most ${JSON_DEPTH_MAX} levels deep`);
      return Array.isArray(value) ? visitList(walk, value, place) : visitObject(walk, value, place);
    default:
      return stop(walk, place, `must be a JSON value, not ${typeof value}`);
  }
}

function visitList(walk: Walk, list: readonly unknown[], parent: Place): boolean {
  const depth = parent.depth + 1;
  for (let key = 0; key < list.length; key += 1) {
    if (!spend(walk, 1, parent) || !visit(walk, list[key], { parent, key, depth })) return false;
  }
  return spend(walk, 2, parent);
}

function visitObject(walk: Walk, object: object, parent: Place): boolean {
  if (!isPlain(object)) return stop(walk, parent, "must be a JSON value, not an object of a class");
  const depth = parent.depth + 1;
  for (const [key, value] of Object.entries(object)) {
    if (value === undefined) continue;
    const place = { parent, key, depth };
    if (!spend(walk, key.length + 4, place) || !visit(walk, value, place)) return false;
  }
  return spend(walk, 2, parent);
}

/** Objects of other realms count too: their prototype is not ours, but has none itself. */
function isPlain(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function spend(walk: Walk, bytes: number, place: Place): boolean {
  walk.leftBytes -= bytes;
  return walk.leftBytes >= 0 || stop(walk, rootOf(place), `must be at most ${walk.bytesMax} bytes when it is encoded`);
}

function stop(walk: Walk, place: Place, problem: string): false {
  walk.fault = `${pathText(place)}: ${problem}`;
  return false;
}

function rootOf(place: Place): Place {
  let root = place;
  while (root.parent !== undefined) root = root.parent;
  return root;
}

const PATH_LENGTH_MAX = 200;

function pathText(place: Place): string {
  let text = "";
  for (let at: Place | undefined = place; at !== undefined && text.length < PATH_LENGTH_MAX; at = at.parent) {
    text = typeof at.key === "number" ? `[${at.key}]${text}` : `${at.parent === undefined ? "" : "."}${at.key.slice(0, 60)}${text}`;
  }
  return text;
}
