import { randomBytes } from "node:crypto";
import type { Json, JsonObject } from "tutti/server";
import { refuse } from "../kit/reference-server.ts";
import type { Outbox } from "../kit/state/outbox.ts";
import { type Alert, type AlertTable, type Condition, SEVERITIES, type Severity } from "./alert-table.ts";
import type { Channel } from "./channels.ts";
import { withoutCommands } from "./slack-delivery.ts";
import type { Letter } from "./smtp-delivery.ts";

/** What an alert that is raised says. */
export interface Raised {
  readonly name: string;
  readonly severity: Severity;
  readonly message: string;
  readonly channels: readonly string[];
  readonly condition?: Condition;
}

export interface Notified {
  readonly channel: string;
  /** The id under which it is delivered, to be sent again with `resend` when it was given up. */
  readonly message_id: string;
}

export interface AlertAnswer {
  readonly alert: Alert;
  readonly notified: readonly Notified[];
}

/** Raises alerts and ends them. Each method is to be called in the transaction of the call that wants it. */
export interface Alerting {
  raise(tenant: string, raised: Raised, nowMs: number): AlertAnswer;
  resolve(tenant: string, name: string, nowMs: number): AlertAnswer;
  /** Takes note of figures, and fires and ends the alerts that wait for them. */
  observe(tenant: string, figures: ReadonlyMap<string, number>, nowMs: number): void;
}

export interface AlertingPorts {
  readonly table: AlertTable;
  readonly outbox: Outbox;
  readonly channels: ReadonlyMap<string, Channel>;
  /** Who sends letters. */
  readonly from: string;
}

const ALERTS_MAX = 2_000;

export function alerting(ports: AlertingPorts): Alerting {
  const { table } = ports;
  const put = (alert: Alert): AlertAnswer => {
    table.put(alert);
    return { alert, notified: [] };
  };
  const fire = (alert: Alert, nowMs: number): AlertAnswer => {
    // That it was over once before is no fact of this time.
    const { resolvedAt: _, ...raised } = alert;
    const firing: Alert = { ...raised, status: "firing", times: 1, firedAt: nowMs };
    table.put(firing);
    return { alert: firing, notified: notify(firing, "firing", ports) };
  };
  /** Whoever has heard of it hears of it again only when it gets worse, or is over. */
  const again = (old: Alert, { alert, fires, nowMs }: { alert: Alert; fires: boolean; nowMs: number }): AlertAnswer => {
    const { message, channels, severity, condition = old.condition } = alert;
    // Raised without its condition it is still over as soon as the figure says so.
    const rule = condition === undefined ? {} : { condition };
    if (!fires) {
      const { alert: over } = put({ ...alert, resolvedAt: nowMs });
      return { alert: over, notified: notify({ ...over, channels: old.channels }, "resolved", ports) };
    }
    if (rank(severity) > rank(old.severity)) return fire({ ...alert, ...rule }, nowMs);
    return put({ ...old, message, channels, times: old.times + 1, ...rule });
  };
  const end = (alert: Alert, status: "armed" | "resolved", nowMs: number): AlertAnswer => {
    const ended: Alert = { ...alert, status, resolvedAt: nowMs };
    table.put(ended);
    return { alert: ended, notified: alert.status === "firing" ? notify(ended, "resolved", ports) : [] };
  };
  return {
    raise(tenant, raised, nowMs) {
      const { name, condition } = raised;
      const old = table.byName(tenant, name);
      if (old === undefined && table.amount(tenant) >= ALERTS_MAX) throw refuse(`a tenant has at most ${ALERTS_MAX} alerts`);
      const alert = { ...newAlert(tenant, nowMs), ...(old === undefined ? {} : { id: old.id, createdAt: old.createdAt }), ...raised };
      const fires = condition === undefined || holds(condition, table.metric(tenant, condition.metric));
      if (old?.status === "firing") return again(old, { alert, fires, nowMs });
      return fires ? fire(alert, nowMs) : put(alert);
    },
    resolve(tenant, name, nowMs) {
      const alert = table.byName(tenant, name);
      if (alert === undefined) throw refuse(`there is no alert "${name}"`);
      return alert.status === "resolved" ? { alert, notified: [] } : end(alert, "resolved", nowMs);
    },
    observe(tenant, figures, nowMs) {
      for (const [name, value] of figures) table.setMetric(tenant, name, { value, at: nowMs });
      for (const alert of table.watching(tenant)) {
        const { condition } = alert;
        const value = condition === undefined ? undefined : figures.get(condition.metric);
        if (condition === undefined || value === undefined) continue;
        const on = holds(condition, value);
        if (on && alert.status === "armed") fire(alert, nowMs);
        // It stays armed: the figure may get there again.
        if (!on && alert.status === "firing") end(alert, "armed", nowMs);
      }
    },
  };
}

function newAlert(tenant: string, nowMs: number): Pick<Alert, "id" | "tenant" | "status" | "times" | "createdAt"> {
  return { id: `alert_${randomBytes(8).toString("hex")}`, tenant, status: "armed", times: 0, createdAt: nowMs };
}

function rank(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

function holds({ op, value: limit }: Condition, value: number | undefined): boolean {
  if (value === undefined) return false;
  switch (op) {
    case ">":
      return value > limit;
    case ">=":
      return value >= limit;
    case "<":
      return value < limit;
    case "<=":
      return value <= limit;
    case "==":
      return value === limit;
    case "!=":
      return value !== limit;
  }
}

function notify(alert: Alert, what: "firing" | "resolved", { outbox, channels, from, table }: AlertingPorts): readonly Notified[] {
  return alert.channels.map((name) => {
    const channel = channels.get(name) ?? { kind: "record" as const };
    const id = `note_${randomBytes(16).toString("hex")}`;
    const text = textOf(alert, what, table);
    const payload = { channel: name, ...messageOf(channel, { id, text, alert, what, from }) } as JsonObject;
    outbox.add({ id, tenant: alert.tenant, kind: channel.kind, target: `channel ${name}`, payload });
    return { channel: name, message_id: id };
  });
}

interface Note {
  readonly id: string;
  readonly text: string;
  readonly alert: Alert;
  readonly what: "firing" | "resolved";
  readonly from: string;
}

/** What the outbox is given, for each kind of channel. */
function messageOf(channel: Channel, { id, text, alert, what, from }: Note): object {
  const head = `[${what === "resolved" ? "RESOLVED" : alert.severity.toUpperCase()}] ${alert.name}`;
  switch (channel.kind) {
    case "email": {
      const date = new Date((what === "resolved" ? alert.resolvedAt : alert.firedAt) ?? alert.createdAt).toISOString();
      const letter: Letter = {
        messageId: `${id}@${from.split("@")[1] ?? "localhost"}`,
        from,
        to: channel.to,
        cc: [],
        subject: head,
        text,
        attachments: [],
        date,
      };
      return letter;
    }
    case "slack":
      return { slack: channel.channel, text: withoutCommands(`${head}\n${text}`) };
    case "webhook":
      return { alert: alert.name, alert_id: alert.id, status: what, severity: alert.severity, text };
    case "record":
      return { text };
  }
}

function textOf({ message, condition, tenant, name }: Alert, what: "firing" | "resolved", table: AlertTable): string {
  const figure =
    condition === undefined
      ? ""
      : `${condition.metric} is ${table.metric(tenant, condition.metric) ?? "unknown"}; the limit is ${condition.op} ${condition.value}`;
  const lines = [message, figure].filter((line) => line !== "");
  return lines.length === 0 ? `${name} is ${what}` : lines.join("\n");
}

/** The figures in what a dashboard is given: by the name of the widget, and by `widget.key`. */
export function figuresIn(widgets: ReadonlyMap<string, Json>): ReadonlyMap<string, number> {
  const figures = new Map<string, number>();
  const note = (name: string, value: unknown): void => {
    if (typeof value === "number" && Number.isFinite(value)) figures.set(name, value);
  };
  for (const [widget, data] of widgets) {
    note(widget, data);
    if (typeof data !== "object" || data === null || Array.isArray(data)) continue;
    for (const [key, value] of Object.entries(data)) {
      note(`${widget}.${key}`, value);
      if (key === "value") note(widget, value);
    }
  }
  return figures;
}
