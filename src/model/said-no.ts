import { isJsonObject, type Json } from "../base/json.ts";

/** Why an output says no (`valid: false`, `is_valid: false`), in its own words; undefined when it does not. */
export function reasonOfNo(output: Json): string | undefined {
  if (!isJsonObject(output) || (output["valid"] !== false && output["is_valid"] !== false)) return undefined;
  const reason = ["reason", "message", "error"].map((key) => output[key]).find((text) => typeof text === "string" && text !== "");
  return typeof reason === "string" ? reason : "the validation said no";
}
