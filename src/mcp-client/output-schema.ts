import { type SchemaDraft, Validator } from "@cfworker/json-schema";
import type { Json, JsonObject } from "../base/json.ts";

/** Checks outputs against the schema that a tool declares. */
export interface OutputSchema {
  /** What is wrong with an output, in words; undefined when it fits, or when the schema itself cannot be used. */
  check(output: Json): string | undefined;
}

/**
 * The schema is compiled when the first output is checked. One that cannot be used (it refers to the network, or is
 * broken) lets everything through: the tool works all the same, and refusing its outputs would make it useless.
 *
 * @param onUnusable - is told once, with the reason
 */
export function createOutputSchema(schema: JsonObject, onUnusable: (reason: string) => void): OutputSchema {
  let validator: Validator | undefined;
  let usable = true;
  return {
    check(output) {
      if (!usable) return undefined;
      try {
        validator ??= new Validator(schema, draftOf(schema), true);
        const { valid, errors } = validator.validate(output);
        if (valid) return undefined;
        const deepest = errors.at(-1);
        return deepest === undefined ? "it does not match" : `${deepest.instanceLocation.replace(/^#/, "output")}: ${deepest.error}`;
      } catch (error) {
        usable = false;
        onUnusable(error instanceof Error ? error.message : String(error));
        return undefined;
      }
    },
  };
}

function draftOf(schema: JsonObject): SchemaDraft {
  const dialect = schema["$schema"];
  if (typeof dialect !== "string") return "2020-12";
  if (dialect.includes("draft-07") || dialect.includes("draft-06")) return "7";
  if (dialect.includes("draft-04")) return "4";
  return dialect.includes("2019-09") ? "2019-09" : "2020-12";
}
