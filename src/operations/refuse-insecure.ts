import { planServers } from "../engine/plan-servers.ts";
import { TuttiError } from "../model/errors.ts";
import type { Plan } from "../model/plan.ts";
import type { ServerSecurity } from "../ports/server-security.ts";

/**
 * Refuses to go on with a plan that was made when other servers were configured, or less was demanded of them.
 *
 * @throws TuttiError `server.insecure`
 */
export async function refuseInsecure(what: string, plan: Plan, security: ServerSecurity): Promise<void> {
  const faults = await security.faults(planServers(plan));
  if (faults.length === 0) return;
  throw new TuttiError("server.insecure", `${what} cannot go on with this configuration: ${faults.join("; ")}`, { faults });
}
