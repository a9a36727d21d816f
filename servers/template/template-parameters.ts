import { z } from "zod";
import { refuse } from "../kit/reference-server.ts";
import type { TemplateSource } from "./template-source.ts";

/** Of all parameters together, as JSON. */
const CHARACTERS_MAX = 512 * 1024;
const DEPTH_MAX = 32;

export const templateParameters = z.record(z.string().max(200), z.json());

type Parameters = z.output<typeof templateParameters>;

/** What a template is rendered with. @throws ToolError - everything that is wrong with the parameters, at once */
export function checkedValues(template: TemplateSource, parameters: Parameters): string {
  requireBounded(parameters);
  const { missing, unknown, problems, values } = template.check(parameters);
  if (values !== undefined) return JSON.stringify(values);
  const wrong = [
    ...(missing.length === 0 ? [] : [`missing are ${missing.join(", ")}`]),
    ...(unknown.length === 0 ? [] : [`unknown are ${shortened(unknown)}`]),
    ...problems,
  ];
  const right = `It takes ${[...template.required, ...template.optional.map((name) => `${name} (optional)`)].join(", ")}`;
  throw refuse(`the parameters do not fit "${template.id}": ${wrong.join("; ")}. ${right}`.slice(0, 2_000).toWellFormed(), {
    missing: [...missing],
  });
}

/** @throws ToolError - they are too large or too deep */
export function requireBounded(parameters: Parameters): void {
  if (depthOf(parameters, 0) > DEPTH_MAX) throw refuse(`parameters are at most ${DEPTH_MAX} levels deep`);
  const { length } = JSON.stringify(parameters);
  if (length > CHARACTERS_MAX) throw refuse(`the parameters have ${length} characters as JSON: at most ${CHARACTERS_MAX} are taken`);
}

function depthOf(value: unknown, depth: number): number {
  if (typeof value !== "object" || value === null || depth > DEPTH_MAX) return depth;
  let deepest = depth;
  for (const part of Object.values(value)) deepest = Math.max(deepest, depthOf(part, depth + 1));
  return deepest;
}

function shortened(names: readonly string[]): string {
  return names
    .slice(0, 10)
    .map((name) => JSON.stringify(name.slice(0, 50)))
    .join(", ");
}
