import type { PatternDefinition } from "../model/pattern.ts";
import { componentId } from "./pattern-values.ts";

/** Whether a pattern is meant for a component: its name is one of the kinds, or has one in it (`orders-database-connections`). */
export function suitsComponent({ appliesTo }: PatternDefinition, component: string): boolean {
  const name = `-${componentId(component)}-`;
  return appliesTo.length === 0 || appliesTo.some((kind) => name.includes(`-${componentId(kind)}-`));
}
