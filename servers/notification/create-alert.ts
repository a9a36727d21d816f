import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { refuse } from "../kit/reference-server.ts";
import type { Outbox } from "../kit/state/outbox.ts";
import { type Alert, type AlertTable, COMPARISONS, SEVERITIES } from "./alert-table.ts";
import type { AlertAnswer, Alerting } from "./alerting.ts";
import type { Channel } from "./channels.ts";
import { settled } from "./delivering.ts";
import { manyLines, oneLine } from "./one-line.ts";

/** What create_alert needs. */
export interface AlertPorts {
  readonly table: AlertTable;
  readonly alerting: Alerting;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly outbox: Outbox;
}

const condition = z.strictObject({
  metric: oneLine(200).describe("A figure that dashboard_update brings: the name of a widget, or widget.key"),
  op: z.enum(COMPARISONS).describe("How it compares with the value"),
  value: z.number().describe("The limit"),
});
const alertFacts = {
  alert_id: z.string(),
  name: z.string(),
  severity: z.enum(SEVERITIES),
  message: z.string(),
  status: z.enum(["armed", "firing", "resolved"]).describe("armed: it waits for its condition"),
  times: z.int().describe("How often it was raised since it fires"),
  channels: z.array(z.string()),
  condition: condition.exactOptional(),
  fired_at: z.string().exactOptional(),
  resolved_at: z.string().exactOptional(),
};
const notified = z.object({
  channel: z.string(),
  message_id: z.string(),
  status: z.enum(["queued", "sent", "scheduled", "failed", "cancelled"]),
  error: z.string().exactOptional(),
});

/** Raises, arms, ends and lists alerts. */
export function createAlertTool({ table, alerting, channels, outbox }: AlertPorts): ToolPlan {
  return defineTool({
    name: "create_alert",
    title: "Create an alert",
    description:
      "Raises an alert and tells it to channels. With a condition it is armed, and fires when a figure that dashboard_update brings gets there. Raised again while it fires, nobody is told again unless it gets worse. resolve ends it; without a name all are listed.",
    effect: "changes",
    openWorld: true,
    input: z.strictObject({
      name: oneLine(200).describe("One alert for each name. Without it, all are listed").optional(),
      severity: z.enum(SEVERITIES).default("warning").describe("Default warning"),
      message: manyLines(5_000).describe("What has happened, or will have").default(""),
      condition: condition.describe("Fires when this holds. Without it, now").optional(),
      channels: z.array(z.string().max(64).describe("A channel by its name")).max(20).describe("Who is told").default([]),
      resolve: z.boolean().default(false).describe("Ends the alert of this name, and tells those who were told"),
      wait_ms: z.int().min(0).max(60_000).default(0).describe("Waits so long until those who are told have been told. Default 0"),
    }),
    output: z.object({
      ...z.object(alertFacts).partial().shape,
      notified: z.array(notified).describe("Who is told by this call").exactOptional(),
      alerts: z.array(z.object(alertFacts)).describe("Those that fire first, then the newest").exactOptional(),
      channels_known: z.array(z.string()).exactOptional(),
    }),
    async run({ name, resolve, wait_ms: waitMs, condition, ...raised }, scope) {
      const { tenant, now, once } = scope;
      if (name === undefined) return { alerts: table.list(tenant, 200).map(described), channels_known: [...channels.keys()] };
      const unknown = raised.channels.find((channel) => !channels.has(channel));
      if (unknown !== undefined) throw refuse(`there is no channel "${unknown}". There are: ${[...channels.keys()].join(", ")}`);
      const wanted = { ...raised, channels: [...new Set(raised.channels)], name, ...(condition === undefined ? {} : { condition }) };
      const answer = once(() =>
        shown(resolve ? alerting.resolve(tenant, name, now.getTime()) : alerting.raise(tenant, wanted, now.getTime())),
      );
      return { ...answer, notified: await waitedFor(answer.notified, waitMs, { outbox, scope }) };
    },
    async again(answer, { wait_ms: waitMs }, scope) {
      if (answer.notified === undefined) return answer;
      return { ...answer, notified: await waitedFor(answer.notified, waitMs, { outbox, scope }) };
    },
  });
}

async function waitedFor(told: readonly z.infer<typeof notified>[], waitMs: number, waiting: Parameters<typeof settled>[2]) {
  return await Promise.all(
    told.map(async (each) => {
      const { standing } = await settled(each, waitMs, waiting);
      return { ...each, status: standing.status, ...(standing.error === undefined ? {} : { error: standing.error }) };
    }),
  );
}

function shown({ alert, notified }: AlertAnswer) {
  return { ...described(alert), notified: notified.map((each) => ({ ...each, status: "queued" as const })) };
}

function described({ id, name, severity, message, status, times, channels, condition, firedAt, resolvedAt }: Alert) {
  return {
    alert_id: id,
    name,
    severity,
    message,
    status,
    times,
    channels: [...channels],
    ...(condition === undefined ? {} : { condition }),
    ...(firedAt === undefined ? {} : { fired_at: new Date(firedAt).toISOString() }),
    ...(resolvedAt === undefined ? {} : { resolved_at: new Date(resolvedAt).toISOString() }),
  };
}
