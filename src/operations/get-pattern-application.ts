import type { GetPatternApplicationInput } from "../contract/get-pattern-application.ts";
import type { PatternApplicationView } from "../contract/pattern-application.ts";
import type { PatternApplications } from "../ports/patterns.ts";
import { findPatternApplication } from "./find-pattern-application.ts";
import type { OperationContext } from "./operation-context.ts";
import { viewOfApplication } from "./pattern-application-view.ts";
import type { ApplicationViewPorts } from "./pattern-application-view.ts";

/** @throws TuttiError `application.not-found` */
export async function getPatternApplication(
  { applicationId }: GetPatternApplicationInput,
  ports: ApplicationViewPorts & { readonly applications: PatternApplications },
  { caller }: OperationContext,
): Promise<PatternApplicationView> {
  return await viewOfApplication(findPatternApplication(applicationId, ports.applications, caller), ports);
}
