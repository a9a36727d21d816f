import type { DatabaseSync } from "node:sqlite";
import { TuttiError } from "../model/errors.ts";
import type { PatternApplication } from "../model/pattern.ts";
import type { ApplicationPage, ApplicationQuery, PatternApplications } from "../ports/patterns.ts";
import { prepare } from "./prepare.ts";
import type { Statement } from "./prepare.ts";
import type { Records } from "./records.ts";
import { parseStoredObject } from "./stored-json.ts";

/** Keeps applications of patterns among the records of a data directory. */
export function patternApplications(records: Records): PatternApplications {
  const listeners = new Set<(application: PatternApplication) => void>();
  const told = <T extends PatternApplication | undefined>(application: T): T => {
    if (application !== undefined) for (const listener of listeners) listener(application);
    return application;
  };
  return {
    async create(application) {
      const tenant = application.tenant ?? "";
      const body = JSON.stringify(application);
      const result = await records.write((database) => {
        const known = rows(database, BY_ID).get(application.applicationId);
        if (known !== undefined) return { created: false, application: applicationOf(known) };
        prepare(database, INSERT).run(application.applicationId, tenant, ...columnsOf(application), body);
        return { created: true, application };
      }, body.length);
      if (result.created) told(result.application);
      return result;
    },

    async update(applicationId, change) {
      const changed = await records.write((database) => {
        const row = rows(database, BY_ID).get(applicationId);
        if (row === undefined) return undefined;
        const application = change(applicationOf(row));
        prepare(database, UPDATE).run(...columnsOf(application), JSON.stringify(application), applicationId);
        return application;
      });
      return told(changed);
    },

    get(applicationId, tenant) {
      return records.read((database) => {
        const row = rows(database, BY_ID).get(applicationId);
        return row !== undefined && isVisible(row, tenant) ? applicationOf(row) : undefined;
      });
    },

    find(prefix, tenant) {
      return records.read((database) =>
        prepare<Row>(database, BY_PREFIX)
          .all(prefix, `${prefix}\u{10ffff}`, tenant ?? null, tenant ?? null)
          .map((row) => row.application_id),
      );
    },

    list: (query) => records.read((database) => listed(database, query)),

    onChange(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
  };
}

interface Row {
  readonly application_id: string;
  readonly tenant: string;
  readonly body: string;
}

const SELECT = "SELECT application_id, tenant, body FROM pattern_applications";
const BY_ID = `${SELECT} WHERE application_id = ?`;
const BY_PREFIX = `${SELECT} WHERE application_id >= ? AND application_id < ? AND (? IS NULL OR tenant = ?) LIMIT 10`;

const INSERT = `INSERT INTO pattern_applications
  (application_id, tenant, pattern_name, target_component, status, applied_at_ms, body)
  VALUES (?, ?, ?, ?, ?, ?, ?)`;

const UPDATE = `UPDATE pattern_applications
  SET pattern_name = ?, target_component = ?, status = ?, applied_at_ms = ?, body = ? WHERE application_id = ?`;

function rows(database: DatabaseSync, sql: string): Statement<Row> {
  return prepare<Row>(database, sql);
}

/** What can be asked for, beside the body that has all of it. */
function columnsOf(application: PatternApplication): readonly [string, string, string, number] {
  const { patternName, targetComponent, status, appliedAtMs } = application;
  return [patternName, targetComponent, status, appliedAtMs];
}

function isVisible(row: Row, tenant: string | undefined): boolean {
  return tenant === undefined || row.tenant === tenant;
}

function applicationOf({ application_id: id, body }: Row): PatternApplication {
  // Written here and nowhere else, by this program.
  return parseStoredObject(body, `the application ${id}`) as unknown as PatternApplication;
}

function listed(database: DatabaseSync, query: ApplicationQuery): ApplicationPage {
  const { tenant, patternName, targetComponent, limit } = query;
  const equal = Object.entries({ tenant, pattern_name: patternName, target_component: targetComponent }).flatMap(([column, value]) =>
    value === undefined ? [] : [{ column, value }],
  );
  const where = [...equal.map(({ column }) => `${column} = ?`), "id < ?"].join(" AND ");
  const found = prepare<Row>(database, `${SELECT} WHERE ${where} ORDER BY id DESC LIMIT ?`).all(
    ...equal.map(({ value }) => value),
    beforeOf(database, query),
    limit + 1,
  );
  const applications = found.slice(0, limit).map(applicationOf);
  const last = applications.at(-1);
  return found.length > limit && last !== undefined ? { applications, nextCursor: last.applicationId } : { applications };
}

/** The number of the application that the page before ended with, or one after all. */
function beforeOf(database: DatabaseSync, { cursor, tenant }: ApplicationQuery): number {
  if (cursor === undefined) return Number.MAX_SAFE_INTEGER;
  const sql = "SELECT id FROM pattern_applications WHERE application_id = ? AND (? IS NULL OR tenant = ?)";
  const row = prepare<{ readonly id: number }>(database, sql).get(cursor, tenant ?? null, tenant ?? null);
  if (row !== undefined) return row.id;
  const problem = `the cursor "${cursor}" is not one that a list has given: list from the beginning`;
  throw new TuttiError("input.invalid", problem, { problems: [problem] });
}
