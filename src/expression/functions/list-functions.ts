import { canonicalJson } from "../../base/json.ts";
import { add, isNumber } from "../values/arithmetic.ts";
import { compare } from "../values/comparison.ts";
import { fail, spend } from "../values/evaluation.ts";
import { jsonOf } from "../values/json-of.ts";
import { describeKind, isList, kindOf, type Value } from "../values/value.ts";
import { listAt, stringAt, wholeAt, type ExpressionFunction, type FunctionCall } from "./function-call.ts";
import { textOf } from "./general-functions.ts";
import { joinedText } from "./text-functions.ts";

/** Methods of lists, beside the macros. */
export const LIST_FUNCTIONS: readonly ExpressionFunction[] = [
  {
    name: "join",
    form: "method",
    arity: [1, 2],
    usage: "list.join(separator?)",
    returns: "string",
    summary: "The strings, numbers and bools of a list as one text.",
    run: (call) => {
      const parts = listAt(call, 0).map(
        (element) => textOf(element) ?? fail(`join() cannot write ${describeKind(element)}: use .map(x, json(x))`),
      );
      return joinedText(call, parts, call.arguments.length > 1 ? stringAt(call, 1) : "");
    },
  },
  {
    name: "sum",
    form: "method",
    arity: [1, 1],
    usage: "list.sum()",
    returns: "number",
    summary: "The sum of a list of numbers; 0 for an empty list.",
    run: (call) => {
      const list = listAt(call, 0);
      for (const element of list) if (!isNumber(element)) fail(`sum() needs numbers, not ${describeKind(element)}`);
      return list.reduce<Value>((total, element) => add(total, element, call.evaluation), 0n);
    },
  },
  {
    name: "flatten",
    form: "method",
    arity: [1, 1],
    usage: "list.flatten()",
    returns: "list",
    summary: "The list with the elements of its lists in their place; one level.",
    run: (call) => {
      const list = listAt(call, 0);
      spend(
        call.evaluation,
        list.reduce<number>((total, element) => total + (isList(element) ? element.length : 1), 0),
      );
      return list.flatMap((element) => element);
    },
  },
  {
    name: "distinct",
    form: "method",
    arity: [1, 1],
    usage: "list.distinct()",
    returns: "list",
    summary: "The list without repetitions; the first of equal elements stays.",
    run: (call) => {
      const seen = new Map<string, Value>();
      for (const element of listAt(call, 0)) {
        const key = identity(element, call);
        if (!seen.has(key)) seen.set(key, element);
      }
      return [...seen.values()];
    },
  },
  {
    name: "sort",
    form: "method",
    arity: [1, 1],
    usage: "list.sort()",
    returns: "list",
    summary: "The list in ascending order: all numbers, all strings, all timestamps or all durations.",
    run: (call) =>
      listAt(call, 0).toSorted((left, right) => {
        spend(call.evaluation, 1);
        return compare(left, right, call.evaluation);
      }),
  },
  {
    name: "reverse",
    form: "method",
    arity: [1, 1],
    usage: "list.reverse()",
    returns: "list",
    summary: "The list from its end.",
    run: (call) => listAt(call, 0).toReversed(),
  },
  {
    name: "slice",
    form: "method",
    arity: [3, 3],
    usage: "list.slice(start, end)",
    returns: "list",
    summary: "The elements from start up to, but without, end; what is beyond the end is left out.",
    run: (call) => {
      const start = wholeAt(call, 1);
      const end = wholeAt(call, 2);
      return start < 0 || end < start ? fail("slice() needs 0 <= start <= end") : listAt(call, 0).slice(start, end);
    },
  },
];

/** The same text for equal elements; whole numbers of both kinds are equal. */
function identity(element: Value, call: FunctionCall): string {
  const kind = isNumber(element) ? "number" : kindOf(element);
  return `${kind}:${canonicalJson(jsonOf(element, call.evaluation))}`;
}
