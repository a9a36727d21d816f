import { isJsonArray, isJsonObject } from "../base/json.ts";
import type { Json } from "../base/json.ts";
import type { Direction, KeywordChange } from "./keyword-change.ts";

/** They let fewer values fit when they grow. */
const LOWER = /^(minimum|exclusiveMinimum|minLength|minItems|minProperties|minContains)$/;
/** They let fewer values fit when they shrink. */
const UPPER = /^(maximum|exclusiveMaximum|maxLength|maxItems|maxProperties|maxContains)$/;
/** Those that do not have them let more values fit; nothing is known when they change. The last are lists and maps of schemas that are none. */
const CONSTRAINTS =
  /^(pattern|format|content(Encoding|MediaType|Schema)|dependencies|\$(dynamic|recursive)?ref|allOf|anyOf|oneOf|prefixItems|patternProperties|dependentSchemas)$/i;

/** Which way a keyword with a value of its own, and not with schemas, has changed. What is not known to mean anything means nothing. */
export function changedLimit({ keyword, before, after }: KeywordChange): Direction {
  if (LOWER.test(keyword)) return byNumber(before, after, 1);
  if (UPPER.test(keyword)) return byNumber(before, after, -1);
  if (keyword === "multipleOf") return byMultiple(before, after);
  if (keyword === "uniqueItems") return after === true ? "narrower" : before === true ? "wider" : "none";
  if (keyword === "dependentRequired") return byNames(before, after);
  if (!CONSTRAINTS.test(keyword)) return "none";
  return before === undefined ? "narrower" : after === undefined ? "wider" : "different";
}

function byNumber(before: Json | undefined, after: Json | undefined, sign: 1 | -1): Direction {
  if (before === undefined) return "narrower";
  if (after === undefined) return "wider";
  // In draft 4 it is true or false, beside the limit itself.
  if (typeof before !== "number" || typeof after !== "number") return "different";
  return (after - before) * sign > 0 ? "narrower" : "wider";
}

function byMultiple(before: Json | undefined, after: Json | undefined): Direction {
  if (before === undefined) return "narrower";
  if (after === undefined) return "wider";
  if (typeof before !== "number" || typeof after !== "number" || before === 0 || after === 0) return "different";
  if (Number.isInteger(after / before)) return "narrower";
  return Number.isInteger(before / after) ? "wider" : "different";
}

/** Properties that must be there when another one is. */
function byNames(before: Json | undefined, after: Json | undefined): Direction {
  const [old, now] = [pairsOf(before), pairsOf(after)];
  if (old === undefined || now === undefined) return "different";
  const [isMore, isLess] = [[...now].some((pair) => !old.has(pair)), [...old].some((pair) => !now.has(pair))];
  if (isMore && isLess) return "different";
  return isMore ? "narrower" : isLess ? "wider" : "none";
}

function pairsOf(value: Json | undefined = {}): ReadonlySet<string> | undefined {
  if (!isJsonObject(value)) return undefined;
  return new Set(
    Object.entries(value).flatMap(([name, needs]) => (isJsonArray(needs) ? needs : []).map((need) => JSON.stringify([name, need]))),
  );
}
