import * as z from "zod";
import type { Operation } from "./operation.ts";
import { patternApplicationSummary } from "./pattern-application.ts";
import type { PatternApplicationSummary } from "./pattern-application.ts";
import { patternName, targetComponent } from "./pattern-target.ts";
import { wireObject } from "./wire-object.ts";

/** Input of `list_pattern_applications`. */
export interface ListPatternApplicationsInput {
  readonly patternName?: string;
  readonly targetComponent?: string;
  /** 1 to 1,000. Default 20. */
  readonly limit?: number;
  /** From the page before. */
  readonly cursor?: string;
}

/** Output of `list_pattern_applications`. */
export interface ListPatternApplicationsOutput {
  readonly applications: readonly PatternApplicationSummary[];
  /** Present when there are more. */
  readonly nextCursor?: string;
}

/** Lists applications of patterns, newest first. */
export const listPatternApplications: Operation<ListPatternApplicationsInput, ListPatternApplicationsOutput> = {
  name: "list_pattern_applications",
  title: "List applications of patterns",
  description: `Lists what patterns were applied to, newest first, with the status of each and whether what is looked at again still holds. Use it to see which components are under which rules. Nothing changes.

Example: {"target_component": "database-connections"}. Go on with next_cursor while there is one. Next: get_pattern_application.`,
  kind: "read",
  repeatable: "always",
  permission: "tutti:read",
  tool: "extended",
  route: { method: "GET", path: "/pattern-applications" },
  input: wireObject<ListPatternApplicationsInput>({
    patternName: patternName.exactOptional(),
    targetComponent: targetComponent.exactOptional(),
    limit: z.int().min(1).max(1000).meta({ description: "At most so many; 20 if not given." }).exactOptional(),
    cursor: z.string().max(200).meta({ description: "next_cursor of the page before." }).exactOptional(),
  }),
  output: wireObject<ListPatternApplicationsOutput>({
    applications: z.array(patternApplicationSummary),
    nextCursor: z.string().meta({ description: "There while there are more." }).exactOptional(),
  }),
  summary: ({ applications, nextCursor }) =>
    applications.length === 0
      ? "There are no such applications."
      : `${applications.map(({ patternName, targetComponent, status }) => `${patternName} to ${targetComponent} (${status})`).join(", ")}${nextCursor === undefined ? "" : ", and more"}`,
};
