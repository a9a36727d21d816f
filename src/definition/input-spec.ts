import type { InputSpec } from "../model/workflow.ts";
import { isJsonObject } from "../base/json.ts";
import { wrongType } from "./reading.ts";
import type { ValueType } from "./value-type.ts";

/** The JSON Schema of one input. */
export const inputSpec: ValueType<InputSpec> = {
  read: (value, reading) => (isJsonObject(value) ? value : wrongType(reading, "a JSON Schema such as { type: string }", value)),
  print: (value) => value,
  schema: () => ({ type: "object" }),
};
