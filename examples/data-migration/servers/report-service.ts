import * as z from "zod";
import { defineTool, type Service } from "../../sqlite-service/service.ts";

const writeReport = defineTool({
  name: "write_report",
  description: "Writes down what was moved, for whoever asks later.",
  effect: "changes",
  input: z.object({ migration: z.string().min(1), text: z.string() }),
  output: z.object({ report_id: z.string() }),
  run({ database, tenant, now }, { migration, text }) {
    const { lastInsertRowid } = database
      .prepare("INSERT INTO reports (tenant, migration, text, written_at) VALUES (?, ?, ?, ?)")
      .run(tenant, migration, text, now.toISOString());
    return { report_id: `report-${lastInsertRowid}` };
  },
});

/** Keeps reports. */
export const reportService: Service = {
  title: "Report service",
  store: {
    name: "reports",
    schema: `
CREATE TABLE reports (
  number INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  migration TEXT NOT NULL,
  text TEXT NOT NULL,
  written_at TEXT NOT NULL
) STRICT;`,
    seed: () => undefined,
  },
  tools: [writeReport],
};
