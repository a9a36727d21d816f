import type { JsonObject } from "../base/json.ts";
import { noFindings } from "../definition/reading.ts";
import { resourcesShape } from "../definition/resources-shape.ts";
import type { Resources } from "../model/workflow.ts";

/** What a task occupies, in the words of a workflow file, and what is wrong with them. */
export function taskResources(resources: JsonObject = {}): { readonly resources: Resources; readonly problems: readonly string[] } {
  const findings = noFindings();
  const read = resourcesShape.read(resources, { path: ["resources"], findings });
  return { resources: read ?? {}, problems: findings.errors.map(({ message }) => message) };
}
