import type { State } from "../kit/state/state.ts";

/** A webhook of a tenant: it sends events to a URL, or takes them at a path, or both. */
export interface Webhook {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  /** Where events are sent. */
  readonly url?: string;
  /** Where events are taken: "" when none are. */
  readonly path: string;
  /** `order.paid`, `order.*` or `*`. */
  readonly events: readonly string[];
  /** Sealed. */
  readonly secret: string;
  readonly secretId: string;
  readonly active: boolean;
  readonly createdAt: number;
}

/** An event that came in and was rightly signed. */
export interface ReceivedEvent {
  readonly sequence: number;
  readonly messageId: string;
  readonly sentAt: number;
  readonly receivedAt: number;
  /** JSON. */
  readonly body: string;
}

const RECEIVED_KEPT = 1_000;
/** Far longer than a message may be on its way, so that none is taken twice. */
const IDS_KEPT_MS = 86_400_000;

export type WebhookTable = ReturnType<typeof webhookTable>;

export function webhookTable(state: State) {
  const { database } = state;
  const sql = {
    put: database.prepare(`INSERT INTO webhooks (id, tenant, name, url, path, events, secret, secret_id, active, created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (tenant, name) DO UPDATE SET url = excluded.url, path = excluded.path,
      events = excluded.events, secret = excluded.secret, secret_id = excluded.secret_id, active = excluded.active`),
    byName: database.prepare("SELECT * FROM webhooks WHERE tenant = ? AND name = ?"),
    byId: database.prepare("SELECT * FROM webhooks WHERE id = ?"),
    all: database.prepare("SELECT * FROM webhooks WHERE tenant = ? ORDER BY name"),
    remove: database.prepare("DELETE FROM webhooks WHERE tenant = ? AND name = ?"),
    counts: database.prepare("SELECT count(*) AS amount, sum(active) AS active FROM webhooks"),
    receive: database.prepare("INSERT OR IGNORE INTO received (webhook, message_id, sent_at, received_at, body) VALUES (?, ?, ?, ?, ?)"),
    forgetBodies: database.prepare(`UPDATE received SET body = NULL WHERE webhook = :webhook AND body IS NOT NULL AND sequence <=
      (SELECT sequence FROM received WHERE webhook = :webhook AND body IS NOT NULL ORDER BY sequence DESC LIMIT 1 OFFSET :kept)`),
    forgetIds: database.prepare("DELETE FROM received WHERE webhook = ? AND body IS NULL AND received_at < ?"),
    received: database.prepare("SELECT * FROM received WHERE webhook = ? AND sequence > ? AND body IS NOT NULL ORDER BY sequence LIMIT ?"),
  };
  const found = (row: Row | undefined): Webhook | undefined => (row === undefined ? undefined : webhookOf(row));
  return {
    put(webhook: Webhook): void {
      const { id, tenant, name, url = null, path, events, secret, secretId, active, createdAt } = webhook;
      sql.put.run(id, tenant, name, url, path, JSON.stringify(events), secret, secretId, Number(active), createdAt);
    },
    byName: (tenant: string, name: string): Webhook | undefined => found(sql.byName.get(tenant, name)),
    byId: (id: string): Webhook | undefined => found(sql.byId.get(id)),
    all: (tenant: string): readonly Webhook[] => sql.all.all(tenant).map(webhookOf),
    remove: (tenant: string, name: string): boolean => sql.remove.run(tenant, name).changes === 1,
    counts(): { readonly amount: number; readonly active: number } {
      const row = sql.counts.get();
      return { amount: Number(row?.["amount"]), active: Number(row?.["active"] ?? 0) };
    },
    /** False when this message has come before. Without a body only that it has come is kept. */
    receive(webhook: string, event: { messageId: string; sentAt: number; receivedAt: number; body: string | undefined }): boolean {
      return state.transaction(() => {
        const { messageId, sentAt, receivedAt, body = null } = event;
        if (sql.receive.run(webhook, messageId, sentAt, receivedAt, body).changes === 0) return false;
        sql.forgetBodies.run({ webhook, kept: RECEIVED_KEPT });
        sql.forgetIds.run(webhook, receivedAt - IDS_KEPT_MS);
        return true;
      });
    },
    received: (webhook: string, after: number, limit: number): readonly ReceivedEvent[] =>
      sql.received.all(webhook, after, limit).map((row) => ({
        sequence: Number(row["sequence"]),
        messageId: String(row["message_id"]),
        sentAt: Number(row["sent_at"]),
        receivedAt: Number(row["received_at"]),
        body: String(row["body"]),
      })),
  };
}

/** Whether one of the patterns is for the event. */
export function isFor(event: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => (pattern.endsWith("*") ? event.startsWith(pattern.slice(0, -1)) : pattern === event));
}

type Row = Readonly<Record<string, unknown>>;

function webhookOf(row: Row): Webhook {
  const { url } = row;
  return {
    id: String(row["id"]),
    tenant: String(row["tenant"]),
    name: String(row["name"]),
    ...(typeof url === "string" ? { url } : {}),
    path: String(row["path"]),
    events: JSON.parse(String(row["events"])) as string[],
    secret: String(row["secret"]),
    secretId: String(row["secret_id"]),
    active: row["active"] === 1,
    createdAt: Number(row["created_at"]),
  };
}
