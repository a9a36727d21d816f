import * as z from "zod";
import type { Operation } from "./operation.ts";
import { describeApplication, patternApplicationView } from "./pattern-application.ts";
import type { PatternApplicationView } from "./pattern-application.ts";
import { wireObject } from "./wire-object.ts";

/** Input of `get_pattern_application`. */
export interface GetPatternApplicationInput {
  /** The id, or the beginning of it when only one application begins so. */
  readonly applicationId: string;
}

/** Tells how an application of a pattern is. */
export const getPatternApplication: Operation<GetPatternApplicationInput, PatternApplicationView> = {
  name: "get_pattern_application",
  title: "Get an application of a pattern",
  description: `Tells how an application of a pattern is: its status, what its execution has come to, what was found when its requirements were last looked at, and what to do next. Use it after apply_pattern. Nothing changes.

Example: {"application_id": "0193f2c7-89ab-7000-8000-000000000000"}.`,
  kind: "read",
  repeatable: "always",
  permission: "tutti:read",
  tool: "extended",
  route: { method: "GET", path: "/pattern-applications/{application_id}" },
  errors: ["application.not-found"],
  input: wireObject<GetPatternApplicationInput>({
    applicationId: z.string().min(1).max(200).meta({ description: "The id, or a unique beginning of it." }),
  }),
  output: patternApplicationView,
  summary: describeApplication,
};
