import * as z from "zod";
import { defineTool, type Service } from "../../sqlite-service/service.ts";

const trackEvent = defineTool({
  name: "track_event",
  description: "Records that something has happened.",
  effect: "changes",
  input: z.object({ event: z.string().min(1), subject: z.string().min(1) }),
  output: z.object({ event_id: z.string() }),
  run({ database, tenant, now }, { event, subject }) {
    const { lastInsertRowid } = database
      .prepare("INSERT INTO events (tenant, event, subject, at) VALUES (?, ?, ?, ?)")
      .run(tenant, event, subject, now.toISOString());
    return { event_id: `event-${lastInsertRowid}` };
  },
});

/** Counts what happens. */
export const trackingService: Service = {
  title: "Tracking service",
  store: {
    name: "tracking",
    schema: `
CREATE TABLE events (
  number INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  event TEXT NOT NULL,
  subject TEXT NOT NULL,
  at TEXT NOT NULL
) STRICT;`,
    seed: () => undefined,
  },
  tools: [trackEvent],
};
