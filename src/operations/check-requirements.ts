import type { RequirementResult, ResolvedRequirement } from "../model/pattern.ts";
import type { RequirementProbes } from "../ports/patterns.ts";
import { checkRequirement } from "./check-requirement.ts";

/**
 * Finds out which requirements are met, in their order. What only asks is asked side by side; what runs checks comes
 * after that, one by one.
 */
export async function checkRequirements(
  requirements: readonly ResolvedRequirement[],
  probes: RequirementProbes,
  signal: AbortSignal,
): Promise<readonly RequirementResult[]> {
  const results = new Map<string, RequirementResult>();
  const look = async (requirement: ResolvedRequirement): Promise<void> => {
    const { id, description, severity, check } = requirement;
    const { passed, detail } = await checkRequirement(check, probes, signal);
    results.set(id, { id, description, severity, passed, detail });
  };
  await Promise.all(requirements.filter((requirement) => !runsChecks(requirement)).map(look));
  for (const requirement of requirements.filter(runsChecks)) await look(requirement);
  return requirements.flatMap(({ id }) => results.get(id) ?? []);
}

function runsChecks({ check }: ResolvedRequirement): boolean {
  return check.kind === "check" && check.is === "passing";
}
