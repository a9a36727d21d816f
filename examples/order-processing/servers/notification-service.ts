import * as z from "zod";
import { defineTool, type Service } from "../../sqlite-service/service.ts";

const sendNotification = defineTool({
  name: "send_notification",
  description: "Writes to a customer: one message for each call, however often it is repeated.",
  effect: "changes",
  input: z.object({ to: z.string().min(3), subject: z.string().min(1), text: z.string() }),
  output: z.object({ notification_id: z.string(), sent_to: z.string() }),
  run({ database, tenant, now }, { to, subject, text }) {
    const { lastInsertRowid } = database
      .prepare("INSERT INTO messages (tenant, recipient, subject, text, sent_at) VALUES (?, ?, ?, ?, ?)")
      .run(tenant, to, subject, text, now.toISOString());
    return { notification_id: `msg-${lastInsertRowid}`, sent_to: to };
  },
});

/** Writes to customers. What it sent is in its file. */
export const notificationService: Service = {
  title: "Notification service",
  store: {
    name: "notifications",
    schema: `
CREATE TABLE messages (
  number INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  recipient TEXT NOT NULL,
  subject TEXT NOT NULL,
  text TEXT NOT NULL,
  sent_at TEXT NOT NULL
) STRICT;`,
    seed: () => undefined,
  },
  tools: [sendNotification],
};
