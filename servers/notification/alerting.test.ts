import { expect, test } from "vitest";
import type { NewDelivery, Outbox } from "../kit/state/outbox.ts";
import { openState } from "../kit/state/state.ts";
import { alertTable } from "./alert-table.ts";
import { alerting, type Raised } from "./alerting.ts";
import { NOTIFICATION_SCHEMA } from "./notification-schema.ts";

const HOT: Raised = { name: "hot", severity: "warning", message: "", channels: ["mail"], condition: { metric: "cpu", op: ">", value: 50 } };

test("an alert that gets worse keeps its condition, and each time that it fires is a time of its own", () => {
  using state = openState({ path: ":memory:", schema: NOTIFICATION_SCHEMA });
  const letters: NewDelivery["payload"][] = [];
  const outbox = { add: ({ payload }: NewDelivery) => void letters.push(payload) } as Outbox;
  const table = alertTable(state);
  const alerts = alerting({ table, outbox, channels: new Map([["mail", { kind: "email", to: ["ops@example.org"] }]]), from: "a@b.org" });
  const cpu = (value: number, nowMs: number): void => alerts.observe("acme", new Map([["cpu", value]]), nowMs);
  alerts.raise("acme", HOT, 0);
  cpu(60, 1_000);
  cpu(40, 2_000);
  cpu(70, 3_000);
  expect(table.byName("acme", "hot")).toMatchObject({ status: "firing", firedAt: 3_000 });
  expect(table.byName("acme", "hot")).not.toHaveProperty("resolvedAt");
  alerts.raise("acme", { name: "hot", severity: "critical", message: "very", channels: ["mail"] }, 4_000);
  cpu(30, 5_000);
  expect(table.byName("acme", "hot")).toMatchObject({ status: "armed", severity: "critical", condition: HOT.condition });
  expect(letters).toMatchObject(
    (["WARNING", "RESOLVED", "WARNING", "CRITICAL", "RESOLVED"] as const).map((word, nth) => ({
      subject: `[${word}] hot`,
      date: new Date((nth + 1) * 1_000).toISOString(),
    })),
  );
});
