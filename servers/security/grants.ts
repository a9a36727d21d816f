import { randomUUID } from "node:crypto";
import type { State } from "../kit/state/state.ts";
import type { AccessQuestion, Decision } from "./policy.ts";

export const GRANTS_SCHEMA = `CREATE TABLE grants (
  tenant TEXT NOT NULL, grant_id TEXT NOT NULL, subject TEXT NOT NULL, resource TEXT NOT NULL, actions TEXT NOT NULL,
  granted_by TEXT NOT NULL, expires_ms INTEGER NOT NULL, PRIMARY KEY (tenant, grant_id)
) STRICT;
CREATE INDEX grants_of_subject ON grants (tenant, subject);`;

/**
 * Permissions for a time, beside those of roles. Without wildcards: else whoever may do something could grant what they may
 * not do.
 */
export interface Grants {
  /** To be called in a transaction. Undefined when the subject has too many already. */
  give(grant: Omit<Grant, "grantId">): Grant | undefined;
  find(tenant: string, grantId: string): Grant | undefined;
  remove(tenant: string, grantId: string): void;
  /** A grant only adds: undefined when there is none that allows it. */
  decide(asked: AccessQuestion): Decision | undefined;
  count(): number;
}

export interface Grant {
  readonly tenant: string;
  readonly grantId: string;
  readonly subject: string;
  readonly resource: string;
  readonly actions: readonly string[];
  readonly grantedBy: string;
  readonly expiresMs: number;
}

const OF_SUBJECT_MAX = 100;

export function openGrants({ database }: State, nowMs: () => number): Grants {
  const insert = database.prepare("INSERT INTO grants VALUES (?, ?, ?, ?, ?, ?, ?)");
  const find = database.prepare("SELECT * FROM grants WHERE tenant = ? AND grant_id = ? AND expires_ms > ?");
  const ofSubject = database.prepare("SELECT * FROM grants WHERE tenant = ? AND subject = ? AND expires_ms > ?");
  const remove = database.prepare("DELETE FROM grants WHERE tenant = ? AND grant_id = ?");
  const forget = database.prepare("DELETE FROM grants WHERE expires_ms <= ?");
  const count = database.prepare("SELECT count(*) AS grants FROM grants WHERE expires_ms > ?");
  return {
    give(grant) {
      forget.run(nowMs());
      if (ofSubject.all(grant.tenant, grant.subject, nowMs()).length >= OF_SUBJECT_MAX) return undefined;
      const { tenant, subject, resource, actions, grantedBy, expiresMs } = grant;
      const grantId = `grant-${randomUUID()}`;
      insert.run(tenant, grantId, subject, resource, JSON.stringify(actions), grantedBy, expiresMs);
      return { ...grant, grantId };
    },
    find(tenant, grantId) {
      const row = find.get(tenant, grantId, nowMs());
      return row === undefined ? undefined : grantOf(row);
    },
    remove: (tenant, grantId) => void remove.run(tenant, grantId),
    decide({ tenant, subject, action, resource }) {
      const grant = ofSubject
        .all(tenant, subject, nowMs())
        .map(grantOf)
        .find((one) => one.actions.includes(action) && one.resource === resource);
      return grant === undefined
        ? undefined
        : { allowed: true, reason: `${grant.grantId} allows it until ${new Date(grant.expiresMs).toISOString()}` };
    },
    count: () => Number(count.get(nowMs())?.["grants"]),
  };
}

function grantOf(row: Record<string, unknown>): Grant {
  return {
    tenant: String(row["tenant"]),
    grantId: String(row["grant_id"]),
    subject: String(row["subject"]),
    resource: String(row["resource"]),
    actions: JSON.parse(String(row["actions"])) as string[],
    grantedBy: String(row["granted_by"]),
    expiresMs: Number(row["expires_ms"]),
  };
}
