import type { Json, JsonObject } from "../base/json.ts";
import { isJsonArray, isJsonObject } from "../base/json.ts";

/** What a file declares, also where the declaration itself is wrong: a mistake in a step must not make it unknown. */
export interface DeclaredNames {
  readonly steps: readonly DeclaredStep[];
  readonly finally: readonly DeclaredStep[];
  readonly inputs: readonly string[];
}

/** One entry of `steps` or `finally`. */
export interface DeclaredStep {
  readonly id?: string;
  readonly hasItems: boolean;
  /** Whether its `with` goes to a tool, which is the only place where a secret is not written down. */
  readonly callsTool: boolean;
}

/** Collects the names from the values of a file. */
export function declaredNames(root: Json): DeclaredNames {
  const file = isJsonObject(root) ? root : {};
  return { steps: declaredSteps(file["steps"]), finally: declaredSteps(file["finally"]), inputs: Object.keys(objectOr(file["inputs"])) };
}

function declaredSteps(list: Json | undefined): readonly DeclaredStep[] {
  return isJsonArray(list) ? list.map((entry) => declaredStep(objectOr(entry))) : [];
}

function declaredStep(entry: JsonObject): DeclaredStep {
  const id = entry["id"] ?? entry["task_id"];
  return {
    ...(typeof id === "string" ? { id } : {}),
    hasItems: entry["for_each"] !== undefined,
    callsTool: entry["tool"] !== undefined,
  };
}

function objectOr(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}
