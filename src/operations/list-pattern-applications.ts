import { defined } from "../base/defined.ts";
import type { ListPatternApplicationsInput, ListPatternApplicationsOutput } from "../contract/list-pattern-applications.ts";
import type { PatternApplications } from "../ports/patterns.ts";
import type { OperationContext } from "./operation-context.ts";
import { summaryOfApplication } from "./pattern-application-view.ts";
import type { ApplicationViewPorts } from "./pattern-application-view.ts";
import { visibleTenant } from "./visible-tenant.ts";

/** Lists applications by page; to a verified caller those of its tenant. @throws TuttiError `input.invalid` - the cursor */
export async function listPatternApplications(
  { limit = 20, ...query }: ListPatternApplicationsInput,
  { applications, history }: Pick<ApplicationViewPorts, "history"> & { readonly applications: PatternApplications },
  { caller }: OperationContext,
): Promise<ListPatternApplicationsOutput> {
  const page = applications.list({ ...query, ...defined({ tenant: visibleTenant(caller) }), limit });
  const summaries = await Promise.all(page.applications.map(async (application) => await summaryOfApplication(application, { history })));
  return { applications: summaries, ...defined({ nextCursor: page.nextCursor }) };
}
