/** Numbers in [0, 1). */
type Random = () => number;

/** A value of a document and the way to put something in its place. */
interface Spot {
  readonly parent: Record<string, unknown> | unknown[];
  readonly key: string;
}

/** A document of JSON text that a fault, or an attacker, has changed in a few places. It may hold what JSON cannot. */
export function spoiledDocument(document: string, random: Random): unknown {
  const root: Record<string, unknown> = { root: JSON.parse(document) };
  const changes = 1 + Math.floor(random() * 3);
  for (let change = 0; change < changes; change += 1) spoil(anySpot(root, random), random);
  return root["root"];
}

/** The same for a text: characters are lost, doubled, swapped for others or put in. */
export function spoiledText(text: string, random: Random): string {
  const at = Math.floor(random() * text.length);
  const length = 1 + Math.floor(random() * 8);
  switch (Math.floor(random() * 5)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + text.slice(at + length);
    case 2:
      return text.slice(0, at) + text.slice(at, at + length) + text.slice(at);
    case 3:
      return text.slice(0, at) + oneOf(TEXT_PIECES, random) + text.slice(at);
    default:
      return text.slice(0, at) + String.fromCharCode(Math.floor(random() * 0x1_0000)) + text.slice(at + 1);
  }
}

/** The same for bytes: some are other ones. */
export function spoiledBytes(bytes: Uint8Array, random: Random): Uint8Array {
  const spoiled = new Uint8Array(bytes);
  for (let flips = 1 + Math.floor(random() * 4); flips > 0; flips -= 1) {
    spoiled[Math.floor(random() * spoiled.length)] = Math.floor(random() * 256);
  }
  return spoiled;
}

const TEXT_PIECES = [
  '"__proto__":{"tenant":"evil"},',
  '"constructor":{"prototype":{"polluted":true}},',
  '"meta":{},',
  '"data":1,"data":2,',
  "1e999",
  "-",
  "\\ud800",
  '"\u0000"',
  "[[[[[[[[",
  "null",
];

function anySpot(root: Record<string, unknown>, random: Random): Spot {
  let spot: Spot = { parent: root, key: "root" };
  while (random() < 0.8) {
    const value = memberOf(spot);
    const keys = isContainer(value) ? Object.keys(value) : [];
    if (keys.length === 0) break;
    spot = { parent: value as Spot["parent"], key: oneOf(keys, random) };
  }
  return spot;
}

function memberOf({ parent, key }: Spot): unknown {
  return (parent as Record<string, unknown>)[key];
}

function isContainer(value: unknown): value is object {
  return Array.isArray(value) || Object.prototype.toString.call(value) === "[object Object]";
}

/** As its own member, also where the name is `__proto__`. */
function put({ parent, key }: Spot, value: unknown): void {
  Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
}

function spoil(spot: Spot, random: Random): void {
  const { parent, key } = spot;
  const value = memberOf(spot);
  const place = random();
  if (place < 0.15) delete (parent as Record<string, unknown>)[key];
  else if (place < 0.25)
    put({ parent, key: oneOf(["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"], random) }, value);
  else if (place < 0.35) put({ parent, key: otherSpelling(key) }, random() < 0.5 ? value : anyThing(random));
  else if (place < 0.45) put(spot, { [key]: value });
  else if (place < 0.5) put(spot, [value, value]);
  else if (place < 0.55) put(spot, JSON.stringify(typeof value));
  else put(spot, anyThing(random));
}

function otherSpelling(key: string): string {
  return key.includes("_") ? key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()) : `${key}_`;
}

/** Mostly small things: those that are large or deep take as long to make as to read. */
function anyThing(random: Random): unknown {
  if (random() < 0.005) return oneOf(LARGE_THINGS, random)();
  return random() < 0.6 ? oneOf(PRIMITIVES, random) : oneOf(OBJECTS, random)();
}

const PRIMITIVES: readonly unknown[] = [
  null,
  undefined,
  true,
  0,
  -1,
  -0,
  1.5,
  1e308,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.MAX_SAFE_INTEGER + 2,
  "",
  " ",
  "x",
  "acme\n",
  "-acme",
  "a".repeat(101),
  "\ud800",
  "0193f2c7-5d0a-7c3e-8f21-6b0d9a4e1c55",
  "2026-13-45T99:99:99Z",
  "2026-01-31T09:00:00+01:00",
  1n,
  Symbol("s"),
];

/** Made anew each time, because they are spoiled in their turn. */
const OBJECTS: readonly (() => unknown)[] = [
  () => [],
  () => ({}),
  () => [null],
  () => [[]],
  () => Object.assign(Object.create(null) as object, { a: 1 }),
  () => ({ ["__proto__"]: { polluted: true } }),
  () => ({ sections: { a: 1 }, a: 2 }),
  () => Array.from({ length: 3 }),
  () => () => 1,
  () => new Date(0),
  () => new Map(),
  () => new Uint8Array(4),
  () => /x/,
];

const LARGE_THINGS: readonly (() => unknown)[] = [
  () => nested(200),
  () => nested(20_000),
  () => "x".repeat(70_000),
  // Patterns that try again from each place take hours for these.
  () => "2026-01-31T".repeat(5_000),
  () => "a:".repeat(30_000),
  () => " ".repeat(60_000),
  () => Array.from({ length: 3_000 }, () => "a:b"),
  () => Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [`key${index}`, index])),
  () => {
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    return circle;
  },
];

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

function oneOf<T>(list: readonly T[], random: Random): T {
  return list[Math.floor(random() * list.length)] as T;
}
