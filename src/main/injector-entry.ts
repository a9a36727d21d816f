import { defined } from "../base/defined.ts";
import { filled, listOf, recordOf } from "../definition/collection-types.ts";
import { report, within, wrongType } from "../definition/reading.ts";
import type { Reading } from "../definition/reading.ts";
import { choice, text, textLike } from "../definition/scalar-types.ts";
import { shape } from "../definition/shape.ts";
import type { PartlyRead, Shape } from "../definition/shape.ts";
import type { ValueType } from "../definition/value-type.ts";
import type {
  DatabaseInjectorConfig,
  DatabaseTableConfig,
  EmailInjectorConfig,
  EmailSenderConfig,
  InjectorConfig,
} from "../model/server.ts";
import { configFaults } from "../tenant-sql/config-faults.ts";
import { byTenant } from "./access-entry.ts";

/** The keys of an injector, before it is known which of them go with its kind. */
interface InjectorKeys {
  readonly kind: InjectorConfig["kind"];
  readonly tenantColumn?: string;
  readonly tables?: DatabaseInjectorConfig["tables"];
  readonly securityFilters?: Required<DatabaseInjectorConfig>["securityFilters"];
  readonly senders?: EmailInjectorConfig["senders"];
}

type Scalar = string | number | boolean;

const scalar: ValueType<Scalar> = {
  read: (value, reading) =>
    value === null || typeof value === "object" ? wrongType(reading, "text, a number, or true or false", value) : value,
  print: (value) => value,
  schema: () => ({ type: ["string", "number", "boolean"] }),
};

/** As PostgreSQL cuts names. */
const name = text(63);

const table = shape<DatabaseTableConfig>("table", {
  kind: {
    key: "kind",
    type: choice("tenant", "shared"),
    absent: "tenant",
    about: "whether its rows belong to tenants, or to all; tenant if not given",
  },
  tenantColumn: { key: "tenant_column", type: name, about: "the column that names the tenant of a row; that of the injector if not given" },
  columns: { key: "columns", type: filled(listOf(name, 1_600)), required: true, about: "all columns, in the order of the table" },
});

const mailbox = textLike(/^([^<>@]+<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$/, 'an address is written "name@example.org"', 320);

const sender = shape<EmailSenderConfig>("sender", {
  from: { key: "from", type: mailbox, required: true, about: "the address that mail of the tenant comes from" },
  replyTo: { key: "reply_to", type: mailbox, about: "the address that answers go to" },
  recipients: {
    key: "recipients",
    type: listOf(
      textLike(/^[^<>@\s]*@[^<>@\s]+$/, 'a recipient is written "name@example.org", or "@example.org" for all of a domain', 320),
      10_000,
    ),
    about: "who may be written to, as name@example.org or @example.org; everybody if not given",
  },
});

const injectorKeys: Shape<InjectorKeys> = shape<InjectorKeys>("injector", {
  kind: { key: "kind", type: choice("database", "email"), required: true, about: "what the tools of the server work with" },
  tenantColumn: {
    key: "tenant_column",
    type: name,
    about: "of a database: the column that names the tenant of a row; tenant_id if not given",
  },
  tables: { key: "tables", type: filled(recordOf(table, { most: 10_000 })), about: "of a database: every table that queries may use" },
  securityFilters: {
    key: "security_filters",
    type: recordOf(listOf(scalar, 1_000), { most: 100 }),
    about: "of a database: the values that a column must have for a row to be seen or written",
  },
  senders: {
    key: "senders",
    type: filled(byTenant(sender)),
    about: "of email: who sends the mail of each tenant; other tenants cannot send",
  },
});

/** What is done to the arguments of a server's tools for the sake of the tenant, as docs/configuration.md lists it. */
export const injectorEntry: ValueType<InjectorConfig> = {
  ...injectorKeys,
  read(value, reading) {
    const before = reading.findings.errors.length;
    const part = injectorKeys.readPartly(value, reading);
    const injector = part?.values.kind === undefined ? undefined : injectorOf(part.values.kind, part, reading);
    // What could not be read would be missed.
    if (injector?.kind === "database" && reading.findings.errors.length === before) reportFaults(injector, reading);
    return injector;
  },
};

const OF_KIND = { database: ["tenantColumn", "tables", "securityFilters"], email: ["senders"] } as const;

function injectorOf(kind: InjectorConfig["kind"], part: PartlyRead<InjectorKeys>, reading: Reading): InjectorConfig | undefined {
  for (const property of OF_KIND[kind === "database" ? "email" : "database"]) {
    const key = part.given.get(property);
    if (key !== undefined)
      report(within(reading, key), "contradiction", `"${key}" is not for an injector of kind "${kind}"`, { atKey: true });
  }
  const needed = kind === "database" ? "tables" : "senders";
  if (!part.given.has(needed)) report(reading, "missing-key", `"${needed}" is missing: an injector of kind "${kind}" needs it`);
  const { tables, senders, tenantColumn, securityFilters } = part.values;
  if (kind === "email") return senders && { kind, senders };
  return tables && { kind, tables, ...defined({ tenantColumn, securityFilters }) };
}

function reportFaults(config: DatabaseInjectorConfig, reading: Reading): void {
  for (const { path, message } of configFaults(config)) {
    report(path.reduce<Reading>(within, reading), "contradiction", message, { atKey: path[0] === "security_filters" });
  }
}
