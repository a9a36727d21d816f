import { Validator } from "@cfworker/json-schema";
import type { Json } from "tutti/server";
import { refuse } from "../kit/reference-server.ts";

type Parameters = Readonly<Record<string, Json>>;

/** Checks parameters against the JSON Schema of an endpoint, and adds its defaults. Those that it does not name are refused. */
export function checkParameters(schema: Parameters, given: Parameters): Parameters {
  const properties = membersOf(schema["properties"]);
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(properties, name));
  if (unknown !== undefined && schema["additionalProperties"] === undefined) {
    throw refuse(`there is no parameter "${unknown.slice(0, 100)}"; there are ${Object.keys(properties).join(", ") || "none"}`);
  }
  const defaults = Object.entries(properties).flatMap(([name, property]): [string, Json][] => {
    const fallback = membersOf(property)["default"];
    return fallback === undefined || Object.hasOwn(given, name) ? [] : [[name, fallback]];
  });
  const parameters = { ...given, ...Object.fromEntries(defaults) };
  const { valid, errors } = new Validator(schema, "2020-12", false).validate(parameters);
  if (valid) return parameters;
  const problems = errors.filter(({ keyword }) => keyword !== "properties").slice(0, 5);
  throw refuse(
    `the parameters do not fit: ${problems
      .map(({ instanceLocation, error }) => `${instanceLocation} ${error}`)
      .join(" ")
      .slice(0, 1_000)}`,
  );
}

function membersOf(value: Json | undefined): Parameters {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Parameters) : {};
}
