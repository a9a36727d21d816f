import { TuttiError } from "../model/errors.ts";
import type { PatternApplication } from "../model/pattern.ts";
import type { PatternApplications } from "../ports/patterns.ts";
import type { Caller } from "./operation-context.ts";
import { visibleTenant } from "./visible-tenant.ts";

/**
 * Finds the application whose id is this or begins so. For a verified caller only those of its tenant exist.
 *
 * @throws TuttiError `application.not-found`; `usage` when several begin so
 */
export function findPatternApplication(prefix: string, applications: PatternApplications, caller: Caller): PatternApplication {
  const tenant = visibleTenant(caller);
  const [first, ...others] = applications.find(prefix, tenant);
  if (others.length > 0) throw new TuttiError("usage", `several applications begin with "${prefix}": ${[first, ...others].join(", ")}`, {});
  const found = first === undefined ? undefined : applications.get(first, tenant);
  if (found !== undefined) return found;
  throw new TuttiError("application.not-found", `no application of a pattern has the id "${prefix}"`, { applicationId: prefix });
}
