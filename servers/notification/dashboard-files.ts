import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { confinedPathToWrite, pathParts } from "../kit/files/confined-path.ts";
import { refuse } from "../kit/reference-server.ts";
import type { State } from "../kit/state/state.ts";
import { dashboardPage } from "./dashboard-page.ts";
import type { Dashboard, DashboardTable } from "./dashboard-table.ts";

/** The pages of dashboards, and the same as JSON: written from what is in the table, never the other way round. */
export interface DashboardFiles {
  /** Where they are, one folder for each tenant. @throws ToolError - the tenant cannot be a folder */
  pathsOf(tenant: string, id: string): { readonly html: string; readonly json: string };
  write(tenant: string, id: string): void;
}

const YOUNG_MS = 600_000;

/** Writes what the last process has not come to writing. */
export function openDashboardFiles(directory: string, table: DashboardTable, state: State): DashboardFiles {
  mkdirSync(directory, { recursive: true });
  const pathsOf = (tenant: string, id: string) => {
    if (pathParts(tenant).length !== 1) throw refuse(`the tenant "${tenant}" can have no folder of dashboards`);
    return { html: confinedPathToWrite(directory, `${tenant}/${id}.html`), json: confinedPathToWrite(directory, `${tenant}/${id}.json`) };
  };
  const write = (tenant: string, id: string): void => {
    // The lock is held until it is written, so that an older page never comes after a newer one.
    state.transaction(() => {
      const dashboard = table.find(tenant, id);
      if (dashboard === undefined) return;
      const paths = pathsOf(tenant, id);
      replace(paths.json, JSON.stringify(documentOf(dashboard), null, 2));
      replace(paths.html, dashboardPage(dashboard));
      table.markWritten(dashboard);
    });
  };
  tidy(directory);
  for (const { tenant, id } of table.unwritten()) {
    try {
      write(tenant, id);
    } catch (error) {
      process.stderr.write(`the dashboard ${id} cannot be written: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
  return { pathsOf, write };
}

function documentOf({ id, name, revision, refreshSeconds, updatedAt, widgets }: Dashboard) {
  return {
    dashboard_id: id,
    dashboard: name,
    revision,
    refresh_seconds: refreshSeconds,
    updated_at: new Date(updatedAt).toISOString(),
    widgets: widgets.map((widget) => ({
      widget: widget.name,
      data: widget.data,
      updated_at: new Date(widget.updatedAt).toISOString(),
      ...(widget.history.length > 1 ? { history: widget.history } : {}),
    })),
  };
}

/** Whoever reads it sees the whole of one or of the other. */
function replace(path: string, content: string): void {
  const beside = join(dirname(path), `.${basename(path)}.${randomUUID()}.part`);
  try {
    writeFileSync(beside, content, { flush: true });
    renameSync(beside, path);
  } finally {
    rmSync(beside, { force: true });
  }
}

/** Files of a process that died while it wrote them. */
function tidy(directory: string): void {
  const parts = readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((name) => /(^|[/\\])\.[^/\\]+\.part$/.test(name));
  for (const name of parts) {
    const path = join(directory, name);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found !== undefined && Date.now() - found.mtimeMs > YOUNG_MS) rmSync(path, { force: true });
  }
}
