import { randomBytes } from "node:crypto";
import type { SQLOutputValue } from "node:sqlite";
import { refuse } from "../kit/reference-server.ts";
import type { State } from "../kit/state/state.ts";
import type { SourceKind } from "./render-job.ts";
import { namesOff, type TemplateSource } from "./template-source.ts";

/** What a tenant has made. */
export type NewTemplate = Omit<TemplateSource, "id" | "check" | "page">;

/** The templates of tenants. Nobody sees those of another one. */
export interface OwnTemplates {
  list(tenant: string): readonly TemplateSource[];
  find(tenant: string, id: string): TemplateSource | undefined;
  /** To be called in the transaction of the call. @throws ToolError - the tenant has too many. @returns its id */
  add(tenant: string, template: NewTemplate): string;
  count(): number;
}

export const TEMPLATE_SCHEMA = `CREATE TABLE templates (
  tenant TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, category TEXT NOT NULL, description TEXT NOT NULL,
  content TEXT NOT NULL, kind TEXT NOT NULL, required TEXT NOT NULL, optional TEXT NOT NULL, number INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
) STRICT;`;

const TEMPLATES_MAX = 500;

export function ownTemplates({ database }: State): OwnTemplates {
  const list = database.prepare("SELECT * FROM templates WHERE tenant = ? ORDER BY number");
  const find = database.prepare("SELECT * FROM templates WHERE tenant = ? AND id = ?");
  const size = database.prepare("SELECT count(*) AS count, coalesce(max(number), 0) AS last FROM templates WHERE tenant = ?");
  const add = database.prepare("INSERT INTO templates VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  return {
    list: (tenant) => list.all(tenant).map(sourceOf),
    find(tenant, id) {
      const row = find.get(tenant, id);
      return row === undefined ? undefined : sourceOf(row);
    },
    add(tenant, { name, category, description, content, kind, required, optional }) {
      const { count, last } = size.get(tenant) ?? {};
      if (Number(count) >= TEMPLATES_MAX) throw refuse(`a tenant has at most ${TEMPLATES_MAX} templates`);
      let id = newId();
      while (find.get(tenant, id) !== undefined) id = newId();
      const lists = [JSON.stringify(required), JSON.stringify(optional)] as const;
      add.run(tenant, id, name, category, description, content, kind, ...lists, Number(last) + 1);
      return id;
    },
    count: () => Number(database.prepare("SELECT count(*) AS count FROM templates").get()?.["count"]),
  };
}

function newId(): string {
  return `custom-${randomBytes(4).toString("hex")}`;
}

function sourceOf(row: Record<string, SQLOutputValue>): TemplateSource {
  const required = JSON.parse(String(row["required"])) as readonly string[];
  const optional = JSON.parse(String(row["optional"])) as readonly string[];
  return {
    id: String(row["id"]),
    name: String(row["name"]),
    category: String(row["category"]),
    description: String(row["description"]),
    required,
    optional,
    content: String(row["content"]),
    kind: String(row["kind"]) as SourceKind,
    check(parameters) {
      const off = namesOff({ required, optional }, parameters);
      return off.missing.length + off.unknown.length === 0 ? { ...off, problems: [], values: parameters } : { ...off, problems: [] };
    },
  };
}
