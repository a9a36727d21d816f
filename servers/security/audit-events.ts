import type { ToolScope } from "../kit/define-tool.ts";
import type { AuditLog, Checkpoint } from "./audit-log.ts";

interface OwnEvent {
  readonly type: "authentication" | "authorization" | "encryption";
  readonly actor: string;
  readonly action: string;
  readonly resource: string;
  readonly outcome: "success" | "denied" | "failure";
  readonly details?: object;
}

/** Adds what this server has itself done or refused to the log of the tenant. */
export function writeAudit(
  log: AuditLog,
  { type, actor, action, resource, outcome, details = {} }: OwnEvent,
  scope: ToolScope,
): Checkpoint {
  const event = { type, actor, action, resource, outcome, details: JSON.stringify(details), traceId: scope.traceId ?? "" };
  return log.append(scope.tenant, event, scope.now);
}

/** As who a call is made, when nothing in it says so. */
export function actorOf({ user }: ToolScope): string {
  return user ?? "anonymous";
}
