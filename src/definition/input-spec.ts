import { isJsonObject } from "../base/json.ts";
import type { InputSpec } from "../model/workflow.ts";
import { checkSchema } from "./check-schema.ts";
import { report, subject, within } from "./reading.ts";
import type { Reading } from "./reading.ts";
import { schemaViolations } from "./schema-violations.ts";
import type { ValueType } from "./value-type.ts";

/** The JSON Schema of one input, with a default that fits it. */
export const inputSpec: ValueType<InputSpec> = {
  read(value, reading) {
    const { errors } = reading.findings;
    const before = errors.length;
    checkSchema(value, reading);
    if (!isJsonObject(value)) return undefined;
    // A schema that is wrong in itself cannot be asked about its default.
    if (errors.length === before) checkDefault(value, reading);
    return value;
  },
  print: (value) => value,
  schema: () => ({ type: "object", properties: SCHEMA_PROPERTIES }),
};

const SCHEMA_PROPERTIES = {
  type: { description: "string, number, integer, boolean, array, object or null." },
  default: { description: "the value when none is given; without it the input is required." },
  description: { type: "string", description: "what the input is for." },
} as const;

function checkDefault(spec: InputSpec, reading: Reading): void {
  const value = spec["default"];
  if (value === undefined) return;
  for (const { path, message } of schemaViolations(spec, value)) {
    const inner = path.reduce((outer, part) => within(outer, part), within(reading, "default"));
    const part = path.length === 0 ? "it" : subject(inner.path);
    report(inner, "invalid-default", `the default of ${subject(reading.path)} does not fit its own schema: ${part} ${message}`);
  }
}
