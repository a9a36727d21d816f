import { describe, expect, test } from "vitest";
import type { Json } from "../base/json.ts";
import { evaluateCondition, evaluateExpression } from "./evaluate.ts";
import type { Scope, StepView } from "./scope.ts";

const STEPS: Readonly<Record<string, StepView>> = {
  check: {
    status: "completed",
    output: {
      total: 1200,
      items: [
        { sku: "a", price: 2.5 },
        { sku: "b", price: 10 },
      ],
      note: null,
    },
  },
  "my-step": { status: "completed", output: "dashed" },
  empty: { status: "completed" },
  broken: { status: "failed", error: { kind: "timeout", message: "no answer" } },
  left: { status: "skipped" },
  later: { status: "pending" },
};

const SCOPE: Scope = {
  inputs: {
    n: 1,
    half: 0.5,
    text: "héllo 👋",
    list: [1, 2, 3],
    mixed: [1, "a", null],
    order: { id: "o-1", "first-name": "Ada", in: "word" },
    yes: true,
    nothing: null,
    largest: Number.MAX_SAFE_INTEGER,
  },
  step: (id) => (Object.hasOwn(STEPS, id) ? STEPS[id] : undefined),
  execution: { id: "e1", workflow_id: "w", started_at: "2026-03-01T12:00:00.000Z", outcome: "completed" },
  item: { sku: "a" },
  index: 2,
  output: { found: true },
};

type Case = readonly [source: string, value: Json];

function expectValues(cases: readonly Case[]): void {
  test.each(cases)("%s", (source, value) => {
    expect(evaluateExpression(source, SCOPE)).toEqual({ ok: true, value });
  });
}

function expectFailures(cases: readonly (readonly [source: string, message: string])[]): void {
  test.each(cases)("%s", (source, message) => {
    expect(evaluateExpression(source, SCOPE)).toEqual({ ok: false, message: `${source}: ${message}` });
  });
}

describe("numbers of JSON and of the expression mix", () => {
  expectValues([
    ["inputs.n == 1", true],
    ["1 == inputs.n", true],
    ["inputs.n == 1.0", true],
    ["1 == 1.0", true],
    ["inputs.n != 2", true],
    ["inputs.n + 0.5", 1.5],
    ["inputs.half + 1", 1.5],
    ["1 + 2", 3],
    ["1 + 2.5", 3.5],
    ["2 * inputs.n - 3 / 1.5", 0],
    ["-inputs.n", -1],
    ["-(1)", -1],
    ["inputs.list[index]", 3],
    ["inputs.list[inputs.n]", 2],
    ["inputs.list[int(inputs.half)]", 1],
    ["size(inputs.list) > 2", true],
    ["inputs.list.size() == 3.0", true],
    ["inputs.half < 1", true],
    ["1 <= inputs.n", true],
    ["inputs.n >= 1.5", false],
    ["[1, 2, 3] == inputs.list", true],
    ["{'a': 1} == {'a': 1.0}", true],
    ["1 in inputs.list", true],
    ["1.0 in [1, 2]", true],
    ["index + 1", 3],
    ["index % 2 == 0", true],
    ["inputs.n % 2", 1],
    ["1 == '1'", false],
    ["true ? 1 : 'one'", 1],
    ["[1, 'a', null, [2.5]]", [1, "a", null, [2.5]]],
    ["{'n': 1 + 1, 'm': {'l': [inputs.n]}}", { n: 2, m: { l: [1] } }],
  ]);
});

describe("whole numbers of the expression divide without a fraction, as CEL says, and numbers of JSON with one", () => {
  expectValues([
    ["7 / 2", 3],
    ["-7 / 2", -3],
    ["7 % 3", 1],
    ["size(inputs.list) / 2", 1],
    ["7.0 / 2", 3.5],
    ["inputs.n / 2", 0.5],
    ["int(inputs.n) / 2", 0],
    ["double(7) / 2", 3.5],
  ]);
});

describe("numbers that JSON cannot hold are errors", () => {
  const unsafe = "the whole number is beyond 9007199254740991, so it cannot be exact in JSON: write string(...) around";
  expectFailures([
    ["9007199254740993", `${unsafe} it`],
    ["inputs.largest + 1", `${unsafe} whole numbers to keep them exact`],
    ["inputs.largest * 2", `${unsafe} whole numbers to keep them exact`],
    ["9223372036854775807 + 1", "the whole number does not fit into 64 bits"],
    ["9223372036854775808", "the whole number does not fit into 64 bits"],
    ["1 / 0", "division by zero"],
    ["1.0 / 0.0", "division by zero"],
    ["inputs.n % 0", "division by zero"],
    ["1e308 * 10.0", "the number is not finite, and JSON has no such number"],
    ["int('9999999999999999999')", "the whole number does not fit into 64 bits"],
    ["int(1e300)", "the whole number does not fit into 64 bits"],
  ]);
  expectValues([
    ["string(9007199254740993)", "9007199254740993"],
    ["9007199254740993 > inputs.largest", true],
    ["9007199254740992 + 1 > 9007199254740992", true],
    ["inputs.largest", Number.MAX_SAFE_INTEGER],
    ["1e300 * 2.0", 2e300],
  ]);
});

describe("data is read by own keys only", () => {
  expectValues([
    ["inputs.order.id", "o-1"],
    ["inputs['order']['id']", "o-1"],
    ["inputs.order['first-name']", "Ada"],
    ["inputs.order['in']", "word"],
    ["inputs.nothing", null],
    ["inputs.list[0]", 1],
    ["has(inputs.order.id)", true],
    ["has(inputs.order.constructor)", false],
    ["has(inputs.nothing.x)", false],
    ["'id' in inputs.order", true],
    ["'toString' in inputs.order", false],
    ["inputs.order.?constructor.orValue('none')", "none"],
  ]);
  expectFailures([
    ["inputs.ordr", 'there is no input "ordr" - did you mean "order"?'],
    ["inputs.order.ids", 'inputs.order has no key "ids" - did you mean "id"?'],
    ["inputs.order.constructor", 'inputs.order has no key "constructor"'],
    ["inputs.order['__proto__']", '"__proto__" cannot be read'],
    ["inputs.order.__proto__", '"__proto__" cannot be read'],
    ["inputs.order['__pro' + 'to__']", "inputs.order has no key with the value of '__pro' + 'to__'"],
    ["inputs.text.length", 'inputs.text is a string, so it has no key "length"'],
    ["inputs.nothing.id", 'inputs.nothing is null, so it has no key "id"'],
    ["inputs.list[3]", "inputs.list has 3 elements, so there is none at [3]"],
    ["inputs.list[-1]", "inputs.list has 3 elements, so there is none at [-1]"],
    ["inputs.list[inputs.half]", "inputs.list has 3 elements, so there is none at [inputs.half]"],
    ["inputs.list.length", 'inputs.list is a list and has no key "length": use a number, or inputs.list.map(item, item.length)'],
    ["inputs.order[inputs.text]", "inputs.order has no key with the value of inputs.text"],
    ["{'__pro' + 'to__': 1}", 'an object cannot have the key "__proto__"'],
  ]);

  test("a key called __proto__ that came with the data is not read either", () => {
    const scope: Scope = {
      inputs: JSON.parse('{"o": {"__proto__": {"a": 1}, "constructor": 2}}') as Scope["inputs"],
      step: () => undefined,
    };
    expect(evaluateExpression("inputs.o.map(key, key)", scope)).toEqual({ ok: true, value: ["__proto__", "constructor"] });
    expect(evaluateExpression("inputs.o.constructor", scope)).toEqual({ ok: true, value: 2 });
    expect(evaluateExpression("inputs.o.map(key, inputs.o[key])", scope).ok).toBe(false);
  });
});

describe("steps", () => {
  expectValues([
    ["steps.check.output.total > 1000.0", true],
    ["steps.check.output.items[1].sku", "b"],
    ['steps["my-step"].output', "dashed"],
    ["steps.empty.output", null],
    ["steps.check.output.note", null],
    ["steps.broken.status", "failed"],
    ["steps.broken.error.kind", "timeout"],
    ["steps.later.status == 'pending'", true],
    ["steps.left", { status: "skipped" }],
    ["steps.broken", { status: "failed", error: { kind: "timeout", message: "no answer" } }],
    ["steps.broken.?output.?total.orValue(0)", 0],
    ["steps.broken.?output.total.orValue(0)", 0],
    ["steps.check.?output.?total.orValue(0)", 1200],
    ["steps.check.?output.?missing.orValue(0)", 0],
    ["steps.check.?output.note.orValue(0)", null],
    ["steps.check.?output.items[0].sku.orValue('')", "a"],
    ["steps.check.?output.items[?9].sku.orValue('')", ""],
    ["steps.broken.?output", null],
    ["steps.broken.?output.orValue(steps.check.output.total)", 1200],
    ["steps.check.?output.total.orValue(steps.broken.output)", 1200],
    ["has(steps.check.output)", true],
    ["has(steps.broken.output)", false],
    ["has(steps.broken.error)", true],
    ["has(steps.check.output.total)", true],
  ]);
  expectFailures([
    ["steps.broken.output", 'step "broken" has no output, because its status is "failed": write steps.broken.?output if it may be missing'],
    ["steps.left.output.x", 'step "left" has no output, because its status is "skipped": write steps.left.?output if it may be missing'],
    ["steps.check.error", 'step "check" has no error, because its status is "completed": write steps.check.?error if it may be missing'],
    ["steps.nope.output", 'there is no step "nope"'],
    ["steps.check.output.totl", 'steps.check.output has no key "totl" - did you mean "total"?'],
    ["steps.check.result", 'a step has output, status and error, not "result" - write steps.check.output for what it returned'],
    ["steps.check.outputs", 'a step has output, status and error, not "outputs" - did you mean "output"?'],
    ["steps.constructor.output", 'there is no step "constructor"'],
  ]);
});

describe("status functions", () => {
  expectValues([
    ["succeeded('check')", true],
    ["succeeded('broken')", false],
    ["failed('broken')", true],
    ["failed('left')", false],
    ["skipped('left')", true],
    ["skipped('later')", true],
    ["skipped('check')", false],
    ["always()", true],
    ['failed("broken") && !succeeded("left")', true],
  ]);
  expectFailures([["succeeded('nope')", 'there is no step "nope"']]);
});

describe("roots", () => {
  expectValues([
    ["item.sku", "a"],
    ["index", 2],
    ["output.found", true],
    ["execution.id + '/' + execution.workflow_id", "e1/w"],
    ["execution.outcome == 'completed'", true],
    ["timestamp(execution.started_at) + duration('90m')", "2026-03-01T13:30:00.000Z"],
  ]);

  test.each([
    ["item", '"item" is only there on a step with "for_each"'],
    ["index", '"index" is only there on a step with "for_each"'],
    ["output", '"output" is not there'],
    ["execution.id", "nothing is known of the execution here"],
  ])("%s is an error where it is not there", (source, message) => {
    expect(evaluateExpression(source, { inputs: {}, step: () => undefined })).toEqual({ ok: false, message: `${source}: ${message}` });
  });

  test("null is a value of item and output", () => {
    const scope: Scope = { inputs: {}, step: () => undefined, item: null, output: null, index: 0 };
    expect(evaluateExpression("item == null && output == null && index == 0", scope)).toEqual({ ok: true, value: true });
  });
});

describe("logic", () => {
  expectValues([
    ["true || inputs.missing", true],
    ["inputs.missing || true", true],
    ["inputs.missing && false", false],
    ["false || !false", true],
    ["[1, 2].exists(x, x == 2 || x.y == 3)", true],
    ["[2, 'a'].exists(x, x > 1)", true],
    ["['a', 2].exists(x, x > 1)", true],
    ["['a', 0].all(x, x > 1)", false],
    ["inputs.yes ? 'a' : inputs.missing", "a"],
  ]);
  expectFailures([
    ["inputs.missing || false", 'there is no input "missing"'],
    ["inputs.missing && true", 'there is no input "missing"'],
    ["['a', 0].exists(x, x > 1)", "a string and a number cannot be compared by size"],
    ["inputs.n && true", '"&&" needs true or false, not a number: compare it, as in x == "yes" or size(x) > 0'],
    ["!inputs.text", '"!" needs true or false, not a string: compare it, as in x == "yes" or size(x) > 0'],
    ["inputs.text ? 1 : 2", '"?" needs true or false, not a string: compare it, as in x == "yes" or size(x) > 0'],
  ]);
});

describe("what does not fit together is an error that says what would", () => {
  expectFailures([
    ["inputs.text + 1", '"+" cannot join a string and a number: write string(...) around it'],
    ["'a' + inputs.list", '"+" cannot join a string and a list: write json(...) around it'],
    ["inputs.text - 1", '"-" does not work on a string and a number'],
    ["inputs.list * 2", '"*" does not work on a list and a number'],
    ["inputs.text < 1", "a string and a number cannot be compared by size"],
    ["inputs.list < inputs.list", "a list and a list cannot be compared by size"],
    ["'a' in inputs.text", '"in" does not look into strings: write text.contains(part)'],
    ["1 in inputs.n", '"in" needs a list or an object on its right, not a number'],
    ["steps.check.?output.total == 1200", "an optional is compared with a value: write .orValue(...) after it"],
    ["steps.check.?output.total + 1", '"+" does not work on an optional (write .orValue(...) after it) and a number'],
    ["inputs.n.map(x, x)", "map() works on a list or an object, not on a number"],
    ["inputs.list.filter(x, x)", "the condition of filter() must be true or false, not a number"],
    ["inputs.n.orValue(1)", "orValue() works on an optional, such as value.?key, not on a number"],
    ["inputs.n.split(',')", "split() works on a string, not on a number"],
    ["inputs.text.split(1)", "split() needs a string, not a number"],
    ["inputs.text.replace('a', 1)", "replace() needs a string as its second argument, not a number"],
    ["inputs.text.substring(0.5)", "substring() needs a whole number, not a fraction"],
    ["string(inputs.list)", "string() cannot write a list: use json()"],
    ["{inputs.n: 1}", "the keys of an object are strings, not a number"],
    ["{inputs.text: 1, inputs.text: 2}", "an object has the same key twice"],
    ["parseJson(inputs.text)", "parseJson() was given text that is not JSON"],
    ["int(inputs.text)", "int() cannot read this string as a whole number"],
    ["inputs.text.matches(inputs.text + '(')", "the regular expression is not valid RE2 (no look-around, no back-references)"],
  ]);
});

describe("equality is deep, whatever the order of keys and the kinds inside", () => {
  expectValues([
    ["inputs.mixed == [1, 'a', null]", true],
    ["[[1, 2], ['a']] == [[1.0, 2.0], ['a']]", true],
    ["{'a': 1, 'b': 'x'} == {'b': 'x', 'a': 1}", true],
    ["{'a': 1} == {'a': 1, 'b': 2}", false],
    ["[1] == [1, 2]", false],
    ["null == inputs.nothing", true],
    ["{} == []", false],
    ["inputs.mixed + ['b'] == [1, 'a', null, 'b']", true],
    ["{'constructor': 1} == {'x': 1}", false],
    ["type(inputs.n) == double && type(1) == int && type(inputs.nothing) == null_type", true],
    ["timestamp('2026-01-01T00:00:00Z') == timestamp('2026-01-01T01:00:00+01:00')", true],
    ["duration('60s') == duration('1m')", true],
    ["optional.of(1) == optional.of(1.0)", true],
    ["optional.none() == optional.of(1)", false],
  ]);
});

describe("values that JSON does not have become text or null", () => {
  expectValues([
    ["timestamp('2026-03-01T12:00:00Z')", "2026-03-01T12:00:00.000Z"],
    ["[duration('90s')]", ["1m30s"]],
    ["timestamp('2026-03-01T12:00:00Z') - timestamp('2026-03-01T12:00:01Z')", "-1s"],
    ["{'t': type('a')}", { t: "string" }],
    ["[optional.of(1), optional.none()]", [1, null]],
  ]);
});

test("a condition must be true or false", () => {
  expect(evaluateCondition("inputs.yes", SCOPE)).toEqual({ ok: true, value: true });
  expect(evaluateCondition("inputs.text", SCOPE)).toEqual({
    ok: false,
    message: "inputs.text: a condition must be true or false, not a string",
  });
});

test("a value that is only read is not copied", () => {
  const list = [1, 2];
  const evaluated = evaluateExpression("inputs.order.list", { inputs: { order: { list } }, step: () => undefined });
  expect(evaluated.ok && evaluated.value).toBe(list);
});

test("a message names a long expression by its beginning, on one line", () => {
  const source = `inputs.missing\n  + "${"x".repeat(100)}"`;
  expect(evaluateExpression(source, SCOPE)).toEqual({
    ok: false,
    message: `inputs.missing + "${"x".repeat(61)}…: there is no input "missing"`,
  });
});

describe("no message shows data", () => {
  const secret = "hunter2";
  const scope: Scope = { inputs: { s: secret, o: { [secret]: 1 }, l: [secret] }, step: () => undefined, output: secret };
  test.each([
    "inputs.s.key",
    "inputs.s + 1",
    "inputs.l[inputs.s]",
    "inputs.o[inputs.s + 'x']",
    "int(inputs.s)",
    "double(inputs.s)",
    "bool(inputs.s)",
    "timestamp(inputs.s)",
    "duration(inputs.s)",
    "parseJson(inputs.s)",
    "range(inputs.s)",
    "inputs.s.matches(inputs.s + '(')",
    "inputs.s ? 1 : 2",
    "{inputs.s: 1, inputs.s: 2}",
    "output.x",
  ])("%s", (source) => {
    const evaluated = evaluateExpression(source, scope);
    expect(evaluated.ok).toBe(false);
    expect(JSON.stringify(evaluated)).not.toContain(secret);
  });
});

test("only steps that the expression names are asked for", () => {
  const asked: string[] = [];
  const scope: Scope = { inputs: {}, step: (id) => (asked.push(id), { status: "completed", output: 1 }) };
  evaluateExpression("steps.a.output + steps.b.output", scope);
  expect(asked).toEqual(["a", "b"]);
});
