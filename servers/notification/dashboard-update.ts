import { createHash } from "node:crypto";
import type { Json } from "tutti/server";
import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { refuse } from "../kit/reference-server.ts";
import { type Alerting, figuresIn } from "./alerting.ts";
import type { DashboardFiles } from "./dashboard-files.ts";
import type { DashboardTable } from "./dashboard-table.ts";
import { oneLine } from "./one-line.ts";

/** What dashboard_update needs. */
export interface DashboardPorts {
  readonly table: DashboardTable;
  readonly files: DashboardFiles;
  readonly alerting: Alerting;
}

const DASHBOARDS_MAX = 200;
const WIDGETS_MAX = 50;
const DATA_CHARACTERS_MAX = 65_536;

/** Brings a page of figures up to date. */
export function dashboardUpdateTool({ table, files, alerting }: DashboardPorts): ToolPlan {
  return defineTool({
    name: "dashboard_update",
    title: "Update a dashboard",
    description:
      "Puts data on a dashboard, which is made when there is none: an HTML page that loads itself again, and the same as JSON. A number or {value, unit, label, progress, status} is shown as a figure with its history, an object as facts, a list of objects as a table, a list of numbers as a line; null takes a widget away.",
    effect: "changes",
    input: z.strictObject({
      dashboard: oneLine(200).describe('Its name, such as "ML Operations Dashboard"'),
      widget: oneLine(100).describe("Which part of it. Without it, each key of data is one").optional(),
      data: z.json().describe("What it shows"),
      refresh_seconds: z.int().min(1).max(86_400).describe("How often the page loads itself again. Default 30").optional(),
    }),
    output: z.object({
      dashboard_id: z.string(),
      revision: z.int().describe("One more with each update"),
      file: z.string().describe("The page"),
      json_file: z.string().describe("The same as JSON"),
      widgets: z.array(z.string()).describe("All that it has now"),
    }),
    run({ dashboard, widget, data, refresh_seconds: refresh }, { tenant, now, once }) {
      const parts = partsOf(widget, data);
      const answer = once(() => {
        const id = idOf(dashboard, (taken) => table.nameOf(tenant, taken));
        const paths = files.pathsOf(tenant, id);
        if (table.find(tenant, id) === undefined && table.amount(tenant) >= DASHBOARDS_MAX) {
          throw refuse(`a tenant has at most ${DASHBOARDS_MAX} dashboards`);
        }
        table.put({ tenant, id, name: dashboard, refresh: refresh ?? null, now: now.getTime() });
        for (const [name, value] of parts) {
          if (value === null) table.removeWidget(tenant, id, name);
          else table.putWidget(tenant, id, { name, data: value, now: now.getTime() });
        }
        alerting.observe(tenant, figuresIn(parts), now.getTime());
        const { revision = 1, widgets = [] } = table.find(tenant, id) ?? {};
        if (widgets.length > WIDGETS_MAX) throw refuse(`a dashboard has at most ${WIDGETS_MAX} widgets`);
        return { dashboard_id: id, revision, file: paths.html, json_file: paths.json, widgets: widgets.map(({ name }) => name) };
      });
      // When the process dies here, the next start writes it.
      files.write(tenant, answer.dashboard_id);
      return answer;
    },
  });
}

function partsOf(widget: string | undefined, data: Json): ReadonlyMap<string, Json> {
  if (widget === undefined && (typeof data !== "object" || data === null || Array.isArray(data))) {
    throw refuse("without widget, data is an object with one widget for each key");
  }
  const parts = new Map<string, Json>(widget === undefined ? Object.entries(data as object) : [[widget, data]]);
  for (const [name, value] of parts) {
    if (!oneLine(100).safeParse(name).success)
      throw refuse(`"${name.slice(0, 100)}" is no name of a widget: it has 1 to 100 characters in one line`);
    if (JSON.stringify(value).length > DATA_CHARACTERS_MAX)
      throw refuse(`the data of a widget have at most ${DATA_CHARACTERS_MAX} characters as JSON`);
  }
  return parts;
}

/** A name for files: readable, and another one for each name. @param nameOf - whose dashboard an id is, if it is one */
function idOf(name: string, nameOf: (id: string) => string | undefined): string {
  const small = name.toLowerCase();
  const slug = small
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 60);
  const plain = slug !== "" && (slug === name || slug === small.replaceAll(" ", "-"));
  const base = slug === "" ? "dashboard" : slug;
  const hash = (text: string, length: number): string => createHash("sha256").update(text).digest("hex").slice(0, length);
  // Names such as "A b" and "a-b" are alike as files. No name gives the last one but this: there is no -- in a slug.
  const ids = [...(plain ? [slug] : []), `${base}-${hash(small, 8)}`];
  return ids.find((id) => [undefined, name].includes(nameOf(id))) ?? `${base}--${hash(name, 32)}`;
}
