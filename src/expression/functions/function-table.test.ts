import { describe, expect, test } from "vitest";
import type { Json } from "../../base/json.ts";
import { evaluateExpression } from "../evaluate.ts";
import type { Scope } from "../scope.ts";
import { FUNCTION_REFERENCE } from "./function-table.ts";

const SCOPE: Scope = {
  inputs: {
    text: "Héllo, 👋!",
    list: [3, 1, 2],
    words: ["b", "a", "b"],
    order: { id: "o-1", price: 2.5 },
    when: "2026-03-01T12:34:56.789Z",
  },
  step: (id) => ({ status: id }),
};

type Example = readonly [source: string, value: Json];

/** What every function gives, by its name in the reference. */
const EXAMPLES: Readonly<Record<string, readonly Example[]>> = {
  succeeded: [["succeeded('completed')", true]],
  failed: [["failed('failed')", true]],
  skipped: [["['x'].all(s, skipped('skipped') && skipped('cancelled') && skipped('pending') && !skipped('running'))", true]],
  always: [["always()", true]],
  has: [["has(inputs.order.id) && !has(inputs.order.name)", true]],
  all: [
    ["inputs.list.all(x, x > 0)", true],
    ["[].all(x, false)", true],
  ],
  exists: [
    ["inputs.list.exists(x, x == 2)", true],
    ["[].exists(x, true)", false],
    ["inputs.order.exists(key, key == 'id')", true],
  ],
  exists_one: [
    ["inputs.words.exists_one(x, x == 'a')", true],
    ["inputs.words.exists_one(x, x == 'b')", false],
  ],
  filter: [["inputs.list.filter(x, x != 1)", [3, 2]]],
  map: [
    ["inputs.list.map(x, x * 2)", [6, 2, 4]],
    ["inputs.list.map(x, x > 1, [x])", [[3], [2]]],
    ["inputs.order.map(key, inputs.order[key])", ["o-1", 2.5]],
    ["inputs.list.map(x, inputs.list.map(y, x * y).sum())", [18, 6, 12]],
  ],
  "cel.bind": [["cel.bind(x, inputs.order.price, cel.bind(y, x + x, [x, y]))", [2.5, 5]]],
  orValue: [["inputs.?nope.orValue('default')", "default"]],
  or: [["inputs.?nope.or(inputs.?text).value().size()", 9]],
  optMap: [
    ["inputs.order.?price.optMap(p, p * 2).orValue(0)", 5],
    ["inputs.?nope.optMap(p, p * 2).orValue(0)", 0],
  ],
  hasValue: [["inputs.?text.hasValue() && !inputs.?nope.hasValue()", true]],
  value: [["inputs.?order.value().id", "o-1"]],
  "optional.of": [["optional.of(1).orValue(2)", 1]],
  "optional.none": [["optional.none().orValue(2)", 2]],
  size: [
    ["size(inputs.text)", 9],
    ["inputs.list.size()", 3],
    ["size(inputs.order)", 2],
  ],
  type: [
    [
      "[type(1), type(1.5), type('a'), type(null), type([]), type({}), type(true)]",
      ["int", "double", "string", "null_type", "list", "map", "bool"],
    ],
  ],
  bool: [["[bool('true'), bool('false'), bool(true)]", [true, false, true]]],
  int: [["[int('12'), int('-3'), int(2.9), int(-2.9), int(timestamp(inputs.when))]", [12, -3, 2, -2, 1_772_368_496]]],
  double: [["[double('1.5e3'), double(2), double('-.5')]", [1500, 2, -0.5]]],
  string: [
    [
      "[string(1), string(2.5), string(true), string(duration('90s')), string(timestamp(0))]",
      ["1", "2.5", "true", "1m30s", "1970-01-01T00:00:00.000Z"],
    ],
  ],
  json: [["json({'a': [1, 'b', null]})", '{"a":[1,"b",null]}']],
  parseJson: [["parseJson('{\"a\": [1.5]}').a[0] + 1", 2.5]],
  range: [["range(3).map(n, n * 10)", [0, 10, 20]]],
  contains: [["inputs.text.contains('llo')", true]],
  startsWith: [["inputs.text.startsWith('Hé')", true]],
  endsWith: [["inputs.text.endsWith('?')", false]],
  matches: [
    ["inputs.text.matches('^H.+o')", true],
    ["matches(inputs.text, '(?i)^hÉ')", true],
    ["'order-12'.matches('^[a-z]+-[0-9]{3}$')", false],
  ],
  indexOf: [["[inputs.text.indexOf('l'), inputs.text.indexOf('z')]", [2, -1]]],
  lastIndexOf: [["inputs.text.lastIndexOf('l')", 3]],
  substring: [["[inputs.text.substring(1, 3), 'abc'.substring(1)]", ["él", "bc"]]],
  lowerAscii: [["'ÀBC'.lowerAscii()", "Àbc"]],
  upperAscii: [["inputs.text.upperAscii()", "HéLLO, 👋!"]],
  trim: [[String.raw`' a b\n'.trim()`, "a b"]],
  replace: [["'a.b.c'.replace('.', '$&')", "a$&b$&c"]],
  split: [
    ["'a, b,c'.split(',')", ["a", " b", "c"]],
    ["'a👋'.split('')", ["a", "👋"]],
  ],
  join: [
    ["inputs.words.join('-')", "b-a-b"],
    ["[1, 2.5, true].join()", "12.5true"],
  ],
  sum: [
    ["inputs.list.sum()", 6],
    ["[0.5, 1].sum()", 1.5],
    ["[].sum()", 0],
  ],
  flatten: [["[[1, 2], 3, [[4]]].flatten()", [1, 2, 3, [4]]]],
  distinct: [["[1, 1.0, 'a', 'a', {'x': 1, 'y': 2}, {'y': 2, 'x': 1}, '1'].distinct()", [1, "a", { x: 1, y: 2 }, "1"]]],
  sort: [
    ["inputs.list.sort()", [1, 2, 3]],
    ["inputs.words.sort()", ["a", "b", "b"]],
  ],
  reverse: [["inputs.list.reverse()", [2, 1, 3]]],
  slice: [["inputs.list.slice(1, 9)", [1, 2]]],
  "math.round": [["[math.round(2.5), math.round(-2.5), math.round(2.4), math.round(2)]", [3, -3, 2, 2]]],
  "math.floor": [["math.floor(-1.5)", -2]],
  "math.ceil": [["math.ceil(1.2)", 2]],
  "math.abs": [["[math.abs(-1.5), math.abs(-2)]", [1.5, 2]]],
  "math.least": [["[math.least(3, 1.5, 2), math.least(inputs.list)]", [1.5, 1]]],
  "math.greatest": [["[math.greatest(3, 1.5, 2), math.greatest([inputs.order.price])]", [3, 2.5]]],
  timestamp: [
    ["[timestamp(inputs.when), timestamp('2026-03-01T12:00:00+02:00')]", ["2026-03-01T12:34:56.789Z", "2026-03-01T10:00:00.000Z"]],
  ],
  duration: [["[duration('1h30m'), duration('-5s')]", ["1h30m", "-5s"]]],
  getFullYear: [["timestamp(inputs.when).getFullYear()", 2026]],
  getMonth: [["timestamp(inputs.when).getMonth()", 2]],
  getDate: [["timestamp(inputs.when).getDate()", 1]],
  getDayOfWeek: [["timestamp(inputs.when).getDayOfWeek()", 0]],
  getHours: [["timestamp(inputs.when).getHours()", 12]],
  getMinutes: [["timestamp(inputs.when).getMinutes()", 34]],
  getSeconds: [["timestamp(inputs.when).getSeconds()", 56]],
  getMilliseconds: [["timestamp(inputs.when).getMilliseconds()", 789]],
};

describe.each(Object.entries(EXAMPLES))("%s", (_name, examples) => {
  test.each(examples)("%s", (source, value) => {
    expect(evaluateExpression(source, SCOPE)).toEqual({ ok: true, value });
  });
});

test("every function of the reference has an example, and no name is there twice", () => {
  expect(FUNCTION_REFERENCE.map(({ name }) => name).sort()).toEqual(Object.keys(EXAMPLES).sort());
});

describe("arguments that do not fit", () => {
  test.each([
    ["range(-1)", "range() needs a count from 0 to 100000"],
    ["range(100001)", "range() needs a count from 0 to 100000"],
    ["'abc'.substring(2, 1)", "substring() needs 0 <= start <= end <= the length of the text"],
    ["'abc'.substring(9)", "substring() needs 0 <= start <= end <= the length of the text"],
    ["'abc'.replace('', 'x')", "replace() needs a part that is not empty"],
    ["[1].slice(-1, 1)", "slice() needs 0 <= start <= end"],
    ["[1, 'a'].sort()", "a string and a number cannot be compared by size"],
    ["[1, 'a'].sum()", "sum() needs numbers, not a string"],
    ["[[1]].join()", "join() cannot write a list: use .map(x, json(x))"],
    ["math.least([])", "math.least() needs at least one number"],
    ["math.greatest('a')", "math.greatest() needs numbers, not a string"],
    ["math.round('a')", "math.round() needs a number, not a string"],
    ["size(1)", "size() needs a string, a list or an object, not a number"],
    ["bool('yes')", 'bool() reads only "true" and "false"'],
    ["double('1e999')", "double() cannot read this string as a number"],
    ["double('0x10')", "double() cannot read this string as a number"],
    ["int('1.5')", "int() cannot read this string as a whole number"],
    ["int(null)", "int() needs a number or a string, not null"],
    ["timestamp('2026-03-01')", 'timestamp() needs a text such as "2026-03-01T12:00:00Z"'],
    ["timestamp('2026-13-01T00:00:00Z')", 'timestamp() needs a text such as "2026-03-01T12:00:00Z"'],
    ["timestamp(1e15)", "the timestamp is not between the years 1 and 9999"],
    ["timestamp('9999-12-31T23:59:59Z') + duration('1h')", "the timestamp is not between the years 1 and 9999"],
    ["optional.none().value()", "the optional has no value: write .orValue(...) for a default"],
    ["'a'.getHours()", "getHours() works on a timestamp, not on a string"],
  ])("%s", (source, message) => {
    expect(evaluateExpression(source, SCOPE)).toEqual({ ok: false, message: `${source}: ${message}` });
  });
});
