import { describe, expect, test } from "vitest";
import { checkExpression, checkTemplate, type ExpressionPlace } from "./check-expression.ts";

const EVERYWHERE: ExpressionPlace = { steps: true, item: true, output: true, outcome: true, status: true, secrets: true };

/** The problems as `source under the range: message`. */
function check(source: string, place: ExpressionPlace = EVERYWHERE): readonly string[] {
  return checkExpression(source, place).map(({ message, range }) =>
    range === undefined ? message : `${source.slice(range.offset, range.offset + range.length)} -> ${message}`,
  );
}

describe("right expressions have no problems", () => {
  test.each([
    "inputs.n == 1",
    "steps.a.output.b[0]['c-d'].?e.orValue('x')",
    "steps['my-step'].output",
    "succeeded('a') || always()",
    "inputs.list.map(item, item.id)",
    "inputs.list.map(output, output.id)",
    "cel.bind(x, inputs.n, x + 1) > 2",
    "inputs.a.b - inputs.c",
    "steps.a.output-1",
    "inputs.x.matches('^a+$')",
    "math.round(inputs.n)",
    "inputs.date.startsWith('2026') && execution.outcome == 'failed'",
  ])("%s", (source) => {
    expect(check(source)).toEqual([]);
  });
});

describe("grammar", () => {
  test.each([
    ["", ["the expression is empty"]],
    ["1 +", ["+ -> the expression ends too early"]],
    ["inputs.a = 1", ['= -> "=" is not expected here: equality is written "=="']],
    ["inputs.a === 1", ['= -> "=" is not expected here: equality is written "=="']],
    ["inputs.a !== 1", ['= -> "=" is not expected here: inequality is written "!="']],
    ["inputs.a & true", ['& -> "&" is not expected here: "and" is written "&&"']],
    ["inputs.a and true", ['and -> "and" is not expected here: "and", "or" and "not" are written "&&", "||" and "!"']],
    ["inputs.a ?? 1", ['? -> "?" is not expected here: a default is written value.?key.orValue(default)']],
    ["inputs?.a", ['. -> "." is not expected here: an optional key is written ".?key"']],
    ["inputs.a | json", ['| -> "|" is not expected here: "or" is written "||", and a function stands after a dot, as in value.function()']],
    ["`a`", ['` -> "`" is not expected here: strings stand in single or double quotes']],
    ["inputs.in", ['in -> "in" is not expected here: a key that is a word of the language is written value["key"]']],
    ["inputs.2nd", ['2nd -> "2nd" is not expected here: a key that begins with a digit is written value["key"]']],
    ["'abc", ["'abc -> unterminated string"]],
    ["(1 + 2", ["2 -> the expression ends too early"]],
    ["1 2", ['2 -> "2" is not expected here']],
    [
      "1u + b'x'",
      [
        "1u -> unsigned numbers are not part of the language: leave out the u",
        "b'x' -> bytes are not part of the language: write a string",
      ],
    ],
  ])("%s", (source, problems) => {
    expect(check(source)).toEqual(problems);
  });
});

describe("names and functions", () => {
  test.each([
    ["input.n", ['input -> unknown name "input" - did you mean "inputs"?']],
    ["foo", ['foo -> unknown name "foo" - there are inputs, steps, item, index, output, execution, secrets; text stands in quotes']],
    [
      "inputs.l.map(x, y)",
      ['y -> unknown name "y" - there are inputs, steps, item, index, output, execution, secrets, x; text stands in quotes'],
    ],
    [
      "execution.outcom",
      ['execution.outcom -> an execution has id, workflow_id, started_at, outcome, not "outcom" - did you mean "outcome"?'],
    ],
    ["inputs.order-id", ['id -> unknown name "id" - a dash means minus here: write inputs["order-id"] if the dash is part of a key']],
    [
      "steps.a.output.order-no",
      ['no -> unknown name "no" - a dash means minus here: write steps.a.output["order-no"] if the dash is part of a key'],
    ],
    [
      "steps.my-step.output",
      ['steps.my-step -> an id with a dash, or with a digit at its beginning, stands in brackets: write steps["my-step"]'],
    ],
    [
      "steps.my-long-step.output > 1",
      ['steps.my-long-step -> an id with a dash, or with a digit at its beginning, stands in brackets: write steps["my-long-step"]'],
    ],
    ["steps.my-2.output", ['steps.my-2 -> an id with a dash, or with a digit at its beginning, stands in brackets: write steps["my-2"]']],
    ["steps.2nd.output", ['steps.2nd -> an id with a dash, or with a digit at its beginning, stands in brackets: write steps["2nd"]']],
    ["length(inputs.l)", ['length(inputs.l) -> unknown function "length": write size(value)']],
    ["success()", ["success() -> unknown function \"success\": write succeeded('step')"]],
    ["inputs.s.spilt(',')", ['inputs.s.spilt(\',\') -> unknown function "spilt" - did you mean "split"?']],
    ["math.rond(1)", ['math.rond(1) -> unknown function "math.rond" - did you mean "math.round"?']],
    ["frobnicate(1)", ['frobnicate(1) -> unknown function "frobnicate"']],
    ["contains(inputs.s, 'a')", ["contains(inputs.s, 'a') -> \"contains\" stands after a value: write text.contains(part)"]],
    ["inputs.s.int()", ['inputs.s.int() -> "int" is no method: write int(value)']],
    ["size()", ["size() -> size() is not called so: write size(value) or value.size()"]],
    ["inputs.s.matches('(')", ["inputs.s.matches('(') -> the regular expression is not valid RE2: missing closing ): `(`"]],
    [
      "inputs.s.matches('(?=a)')",
      ["inputs.s.matches('(?=a)') -> the regular expression is not valid RE2: invalid or unsupported Perl syntax: `(?=`"],
    ],
    ["inputs.l.map(steps, 1)", ['steps -> "steps" has a meaning of its own, so the variable needs another name']],
    ["inputs.l.map(1 + 1, 1)", ["1 + 1 -> map(var, transform) invalid predicate iteration variable"]],
    ["has(inputs)", ["has(inputs) -> has() needs one key of a value, as in has(inputs.note)"]],
    ["{1: 2}", ["1 -> the keys of an object are strings"]],
    ["{'a': 1, 'a': 2}", ["'a' -> the key is there twice"]],
  ])("%s", (source, problems) => {
    expect(check(source)).toEqual(problems);
  });
});

describe("steps must be named", () => {
  const named = 'the step must be named in the expression, as in steps.charge or steps["my-step"], because it decides what waits for what';
  test.each([
    ["steps[inputs.id].output", [`steps[inputs.id] -> ${named}`]],
    ["steps['a' + 'b'].output", [`steps['a' + 'b'] -> ${named}`]],
    ["size(steps)", ['steps -> a step must be named in the expression, as in steps.charge or steps["my-step"]']],
    ["steps.?a.output", ["steps.?a -> a step is always there: write steps.a.?output for an output that may be missing"]],
    ["steps.a.result", ['steps.a.result -> a step has output, status and error, not "result" - write steps.a.output for what it returned']],
    [
      "steps.a[inputs.b]",
      ["steps.a[inputs.b] -> a step has output, status and error, not a computed key - write steps.a.output for what it returned"],
    ],
    ["succeeded(inputs.id)", ["succeeded(inputs.id) -> succeeded() needs the id of one step in quotes, as in succeeded('charge')"]],
    ["failed('a', 'b')", ["failed('a', 'b') -> failed() needs the id of one step in quotes, as in failed('charge')"]],
    ["always('a')", ["always('a') -> always() is called with nothing in its parentheses"]],
  ])("%s", (source, problems) => {
    expect(check(source)).toEqual(problems);
  });
});

describe("what fails whatever the data is, is told at once", () => {
  test.each([
    ["1 + 'a'", ["1 + 'a' -> \"+\" cannot join a string and a number: write string(...) around it"]],
    ["inputs.n > 1 / 0", ["1 / 0 -> division by zero"]],
    [
      "timestamp('noon') < timestamp(execution.started_at)",
      ["timestamp('noon') -> timestamp() needs a text such as \"2026-03-01T12:00:00Z\""],
    ],
    ["duration('soon')", ['duration(\'soon\') -> duration() needs a text such as "90s" or "1h30m"']],
    ["9223372036854775808", ["9223372036854775808 -> the whole number does not fit into 64 bits"]],
    ["false && 1 / 0 == 1", []],
    ["inputs.yes ? 1 / 0 : 2", ["1 / 0 -> division by zero"]],
  ])("%s", (source, problems) => {
    expect(check(source)).toEqual(problems);
  });
});

describe("places", () => {
  const only = 'it is only there on a step with "for_each"';
  test.each<[string, ExpressionPlace, string[]]>([
    ["inputs.a + execution.id", {}, []],
    [
      "steps.a.output",
      {},
      ["steps.a.output -> steps.a.output cannot be used here: steps cannot be read here, because nothing has run yet"],
    ],
    ["item.id + index", { steps: true }, [`item -> item cannot be used here: ${only}`, `index -> index cannot be used here: ${only}`]],
    ["item.id + index", { item: true }, []],
    [
      "output.found",
      { steps: true },
      [
        'output -> output cannot be used here: it is only there in "verify.happened" and "compensate": write steps.x.output for what a step returned',
      ],
    ],
    ["output.found", { output: true }, []],
    ["failed('a')", { steps: true }, ["failed('a') -> failed('a') cannot be used here: status functions can only be used in \"if\""]],
    ["always()", { status: true }, []],
    [
      "execution.outcome",
      { steps: true },
      ['execution.outcome -> execution.outcome cannot be used here: the outcome is only known to steps of "finally"'],
    ],
    ["execution.outcome", { outcome: true }, []],
    ["secrets.A", EVERYWHERE, ['secrets.A -> a secret can only be used inside of "with"']],
    ["secrets", EVERYWHERE, ["secrets -> a secret must be named, as in ${{ secrets.NAME }}"]],
    ["inputs.l.map(item, item.id)", {}, []],
  ])("%s at %j", (source, place, problems) => {
    expect(check(source, place)).toEqual(problems);
  });
});

describe("templates", () => {
  test("every problem has the path of its string, and its place in the string", () => {
    const template = { a: ["ok", "x ${{ inputs.n + }} ${{ foo }}"], b: { c: "${{ inputs.n" }, d: "${{ steps.a.output }}" };
    const strings: readonly string[] = ["x ${{ inputs.n + }} ${{ foo }}", "${{ inputs.n"];
    const problems = checkTemplate(template, { steps: true });
    expect(
      problems.map(({ path, code, range }) => [
        path,
        code,
        strings.map((text) => text.slice(range?.offset, (range?.offset ?? 0) + (range?.length ?? 0))),
      ]),
    ).toEqual([
      [["a", 1], "expression-syntax", ["+", expect.anything()]],
      [["a", 1], "unknown-name", ["foo", expect.anything()]],
      [["b", "c"], "unterminated-expression", [expect.anything(), "${{ inputs.n"]],
    ]);
  });

  test("a secret may stand alone or in text where secrets are, and nowhere else", () => {
    const template = ["${{ secrets.A }}", "Bearer ${{ secrets.A }}"];
    expect(checkTemplate(template, { secrets: true })).toEqual([]);
    expect(checkTemplate(template, {}).map(({ code, path }) => [code, path])).toEqual([
      ["wrong-place", [0]],
      ["wrong-place", [1]],
    ]);
    expect(checkTemplate("${{ secrets.A + 'x' }}", { secrets: true }).map(({ code }) => code)).toEqual(["wrong-place"]);
  });
});
