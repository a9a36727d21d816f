import type { JsonObject } from "../base/json.ts";
import type { NamedValues } from "./substitute.ts";

/** What one application of a pattern is made with. */
export interface PatternValues {
  readonly component: string;
  /** With the defaults of what was not given. */
  readonly parameters: JsonObject;
}

/** The value of each name that a pattern may read. */
export function namedValues({ component, parameters }: PatternValues): NamedValues {
  return (name) => {
    if (name === "component") return component;
    if (name === "component_id") return componentId(component);
    if (name === "parameters") return parameters;
    const member = name.slice("parameters.".length);
    return Object.hasOwn(parameters, member) ? parameters[member] : undefined;
  };
}

const ID_LENGTH = 40;

/** The name of a component as a part of ids: `Orders DB` gives `orders-db`. */
export function componentId(component: string): string {
  const id = component
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
  return id.slice(0, ID_LENGTH).replace(/-$/, "") || "component";
}
