import type * as z from "zod";
import { isJsonObject } from "../base/json.ts";

/**
 * Reads the input of an operation as it has come over a wire. A member that is null and must not be counts as left out: many
 * programs send all that a schema names, with null for what they do not want.
 */
export function parseInput<Input>(schema: z.ZodType<Input>, given: unknown): z.ZodSafeParseResult<Input> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed;
  let rest = given;
  for (const { path } of parsed.error.issues) rest = withoutNull(rest, path);
  return rest === given ? parsed : schema.safeParse(rest);
}

function withoutNull(value: unknown, [key, ...path]: readonly PropertyKey[]): unknown {
  if (!isJsonObject(value) || typeof key !== "string" || !Object.hasOwn(value, key)) return value;
  const { [key]: member, ...others } = value;
  if (member === null) return path.length === 0 ? others : value;
  const rest = withoutNull(member, path);
  return rest === member ? value : { ...value, [key]: rest };
}
