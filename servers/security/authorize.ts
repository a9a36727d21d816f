import { z } from "zod";
import { defineTool, type ToolPlan, type ToolScope } from "../kit/define-tool.ts";
import { refuse } from "../kit/reference-server.ts";
import type { AccessTokens, ActiveToken } from "./access-tokens.ts";
import { actorOf, writeAudit } from "./audit-events.ts";
import type { AuditLog } from "./audit-log.ts";
import type { Grants } from "./grants.ts";
import type { AccessQuestion, Decision, Policy } from "./policy.ts";
import { matches } from "./wildcard.ts";

/** What somebody must be allowed to do with a resource to let others do something with it. */
const GRANTING = "security:grant";

const name = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}\p{Cs}*]+$/u, "has no control characters and no wildcards");

const resourceName = z
  .string()
  .min(1)
  .max(500)
  .regex(/^[^\p{Cc}\p{Cs}\\]+$/u, "has no control characters and no backslashes")
  .refine((text) => !text.split("/").some((part) => part === "." || part === ".."), "has no . or .. in it")
  .refine((text) => !text.slice(text.indexOf("://") === -1 ? 0 : text.indexOf("://") + 3).includes("//"), "has no // in it");

const input = z.strictObject({
  subject: name.optional().describe("Who wants to do it: a client, a user, a job. Needed for everything but revoke"),
  action: name.optional().describe('What they want to do, such as "storage:read"; or permissions'),
  permissions: z.array(name).min(1).max(50).optional().describe("Several actions: all must be allowed"),
  resource: resourceName.default("*").describe('With what, such as "/reports/may.csv". Default "*": with something that has no name'),
  token: z
    .string()
    .max(8_000)
    .optional()
    .describe(
      "An access token. To decide: of the subject, and what its scope does not cover is denied. To grant or revoke: of whoever does that",
    ),
  grant: z
    .strictObject({
      permissions: z.array(name).min(1).max(50).optional().describe("The actions to be granted. Default: those of the call"),
      expires_in: z.int().min(1).max(86_400).default(3_600).describe("Seconds for which the grant holds. Default an hour"),
    })
    .optional()
    .describe(
      `Grants the subject the actions on this resource for a time. Whoever grants needs "${GRANTING}" and the actions themselves, by roles`,
    ),
  revoke: z.string().min(1).max(100).optional().describe("A grant_id: takes that grant back"),
});

const output = z.object({
  allowed: z.boolean().describe("Whether all of it is allowed; after a revocation, whether there was such a grant"),
  decisions: z
    .array(
      z.object({
        action: z.string().describe("The action"),
        allowed: z.boolean().describe("Whether it is allowed"),
        reason: z.string().describe("Why"),
      }),
    )
    .describe("One for each action"),
  roles: z.array(z.string()).describe("The roles of the subject"),
  grant_id: z.string().optional().describe("Names the grant, to take it back"),
  expires_at: z.string().optional().describe("When the grant ends, ISO"),
  audit_sequence: z.int().optional().describe("The number of the entry about this in the audit log"),
});

export interface AuthorizePorts {
  readonly policy: Policy;
  readonly grants: Grants;
  readonly tokens: AccessTokens;
  readonly log: AuditLog;
  readonly nowMs: () => number;
}

type Answer = z.input<typeof output>;

export function authorize(ports: AuthorizePorts): ToolPlan {
  return defineTool({
    name: "authorize",
    title: "Decide who may do what",
    description:
      "Says whether a subject may do something with a resource, by roles and by grants for a time; gives such grants and takes them back. What nothing allows is denied. Every decision is in the audit log.",
    effect: "changes",
    destructive: true,
    input,
    output,
    run: async (asked, scope) => {
      const holder = asked.token === undefined ? undefined : await readToken(asked.token, ports, scope);
      if (asked.revoke !== undefined) return takeBack(asked.revoke, holder, ports, scope);
      const { subject, action, permissions } = asked;
      if (subject === undefined) throw refuse("the subject is missing");
      const actions = [
        ...new Set([...(action === undefined ? [] : [action]), ...(permissions ?? []), ...(asked.grant?.permissions ?? [])]),
      ];
      if (actions.length === 0) throw refuse("an action or permissions are wanted");
      const question = { tenant: scope.tenant, subject, resource: asked.resource };
      return asked.grant === undefined
        ? decideAll({ ...question, actions }, holder, ports, scope)
        : give({ ...question, actions, seconds: asked.grant.expires_in }, holder, ports, scope);
    },
  });
}

async function readToken(token: string, { tokens }: AuthorizePorts, { tenant }: ToolScope): Promise<ActiveToken> {
  const active = await tokens.read(tenant, token);
  if (active === undefined) throw refuse("the token is not valid: it is none of ours, over, or revoked");
  return active;
}

interface Questions extends Omit<AccessQuestion, "action"> {
  readonly actions: readonly string[];
}

function decideAll(asked: Questions, holder: ActiveToken | undefined, ports: AuthorizePorts, scope: ToolScope): Answer {
  const { tenant, subject, resource, actions } = asked;
  return scope.once(() => {
    const decisions = actions.map((action) => {
      const question = { tenant, subject, resource, action };
      const foreign = holder !== undefined && holder.clientId !== subject;
      const { allowed, reason } = foreign ? { allowed: false, reason: "the token is of somebody else" } : decide(question, holder, ports);
      return { action, allowed, reason };
    });
    const allowed = decisions.every((decision) => decision.allowed);
    const event = { type: "authorization", actor: subject, action: actions.join(" ").slice(0, 500), resource } as const;
    const { sequence } = writeAudit(ports.log, { ...event, outcome: allowed ? "success" : "denied", details: { decisions } }, scope);
    return { allowed, decisions, roles: [...ports.policy.rolesOf(tenant, subject)], audit_sequence: sequence };
  });
}

/** Roles first: what they forbid, no grant allows. */
function decide(asked: AccessQuestion, holder: ActiveToken | undefined, ports: AuthorizePorts): Decision {
  const { policy, grants } = ports;
  const decision = decideByRoles(asked, holder, policy);
  return decision.allowed || decision.forbidden === true ? decision : (grants.decide(asked) ?? decision);
}

function decideByRoles(asked: AccessQuestion, holder: ActiveToken | undefined, policy: Policy): Decision {
  const inScope = holder?.scopes.some((one) => matches(one, asked.action)) ?? true;
  // No grant widens a token.
  return inScope ? policy.decide(asked) : { allowed: false, forbidden: true, reason: "the scope of the token does not cover it" };
}

function give(
  asked: Questions & { readonly seconds: number },
  holder: ActiveToken | undefined,
  ports: AuthorizePorts,
  scope: ToolScope,
): Answer {
  const { tenant, subject, resource, actions } = asked;
  const giver = giverOf(holder, scope);
  // By roles alone: who could pass on what was granted to them could keep it for ever, also when it is taken back.
  const refused = [GRANTING, ...actions].filter(
    (action) => !decideByRoles({ tenant, subject: giver, resource, action }, holder, ports.policy).allowed,
  );
  const event = { type: "authorization", actor: giver, action: "grant", resource } as const;
  if (refused.length > 0) {
    writeAudit(ports.log, { ...event, outcome: "denied", details: { subject, actions } }, scope);
    throw refuse(`"${giver}" may not grant that: no role of theirs allows ${refused.map((action) => `"${action}"`).join(", ")} here`);
  }
  return scope.once(() => {
    const expiresMs = ports.nowMs() + asked.seconds * 1_000;
    const grant = ports.grants.give({ tenant, subject, resource, actions, grantedBy: giver, expiresMs });
    if (grant === undefined) throw refuse(`"${subject}" has too many grants already: take some back`);
    const details = { subject, actions, grant_id: grant.grantId, expires_in: asked.seconds };
    const { sequence } = writeAudit(ports.log, { ...event, outcome: "success", details }, scope);
    const reason = `granted by "${giver}"`;
    return {
      // What a role forbids stays forbidden.
      ...summary(
        actions.map((action) => ({ action, ...decide({ tenant, subject, resource, action }, undefined, ports) })),
        reason,
      ),
      roles: [...ports.policy.rolesOf(tenant, subject)],
      grant_id: grant.grantId,
      expires_at: new Date(expiresMs).toISOString(),
      audit_sequence: sequence,
    };
  });
}

function summary(decided: readonly (Decision & { readonly action: string })[], granted: string): Pick<Answer, "allowed" | "decisions"> {
  const decisions = decided.map(({ action, allowed, reason }) => ({ action, allowed, reason: allowed ? granted : reason }));
  return { allowed: decisions.every(({ allowed }) => allowed), decisions };
}

function takeBack(grantId: string, holder: ActiveToken | undefined, ports: AuthorizePorts, scope: ToolScope): Answer {
  const { tenant } = scope;
  const giver = giverOf(holder, scope);
  return scope.once(() => {
    const grant = ports.grants.find(tenant, grantId);
    if (grant === undefined) return { allowed: false, decisions: [], roles: [] };
    const { subject, resource, actions, grantedBy } = grant;
    const allowed = giver === grantedBy || decide({ tenant, subject: giver, resource, action: GRANTING }, holder, ports).allowed;
    if (!allowed) throw refuse(`"${giver}" has not given this grant, and may not take it back`);
    ports.grants.remove(tenant, grantId);
    const details = { subject, actions: [...actions], grant_id: grantId };
    const event = { type: "authorization", actor: giver, action: "revoke", resource, outcome: "success", details } as const;
    const { sequence } = writeAudit(ports.log, event, scope);
    const decisions = actions.map((action) => ({ action, ...decide({ tenant, subject, resource, action }, undefined, ports) }));
    return {
      ...summary(decisions, "a role still allows it"),
      allowed: true,
      roles: [...ports.policy.rolesOf(tenant, subject)],
      grant_id: grantId,
      audit_sequence: sequence,
    };
  });
}

/** Who gives or takes must be known: by a token, or because Tutti has found out who the user is. */
function giverOf(holder: ActiveToken | undefined, scope: ToolScope): string {
  if (holder === undefined && scope.user === undefined)
    throw refuse("a grant needs to know who gives it: send an access token, or call as a user");
  return holder?.clientId ?? actorOf(scope);
}
