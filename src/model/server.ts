import type { Ms } from "../base/duration.ts";
import type { Effect } from "./workflow.ts";

/** How one server is reached and what its owner says of it. Values are final: variables are already expanded. */
export interface ServerConfig {
  /** `^[A-Za-z0-9_-]{1,64}$`; tools are named `server.tool`. */
  readonly name: string;
  readonly connection: StdioConnection | HttpConnection;
  /** The server does nothing twice for calls that carry the same idempotency key. */
  readonly honoursIdempotencyKey: boolean;
  /** By tool name. */
  readonly effects: Readonly<Record<string, Effect>>;
  readonly requires: Readonly<Record<string, readonly string[]>>;
  /** Calls in flight at once. Default 5. */
  readonly maxConcurrentCalls?: number;
  /** For starting, connecting and listing. Default 30 s. */
  readonly connectTimeoutMs?: Ms;
  /** Skips the question which era the server speaks. */
  readonly protocolEra?: "legacy" | "modern";
  /** May learn who asks: user, roles and permissions. Default false. */
  readonly trusted?: boolean;
  /** How the context travels: beside the arguments (`params._meta`), in them as well, or not at all. Default `meta`. */
  readonly context?: "meta" | "arguments" | "none";
  /** How much of a section of the meta this server may see, by its name on the wire. Default: all that it may see at all. */
  readonly metaSections?: Readonly<Record<string, SectionInclusion>>;
  /** What a caller must be allowed to do (`resource:action`), by tool name; `*` is for all tools. */
  readonly permissions?: Readonly<Record<string, readonly string[]>>;
  /** Names of argument fields, at any depth, whose values are in no audit entry and no log. */
  readonly sensitive?: readonly string[];
  /** What is done to the arguments of its tools for the sake of the tenant. Default: nothing. */
  readonly injector?: InjectorConfig;
}

/** All of a section, nothing of it, or these of its properties. */
export type SectionInclusion = "all" | "none" | readonly string[];

export type InjectorConfig = DatabaseInjectorConfig | EmailInjectorConfig;

/** Confines SQL to the rows of the tenant; docs/security.md says how. */
export interface DatabaseInjectorConfig {
  readonly kind: "database";
  /** The column that names the tenant, where a table does not say otherwise. Default `tenant_id`. */
  readonly tenantColumn?: string;
  /** Every table that queries may use: those that have a tenant column, and those that all tenants share. */
  readonly tables: Readonly<Record<string, DatabaseTableConfig>>;
  /** Rows are seen and written only where a column has one of these values; of each tenant table that has the column. */
  readonly securityFilters?: Readonly<Record<string, readonly (string | number | boolean)[]>>;
}

export interface DatabaseTableConfig {
  readonly kind: "tenant" | "shared";
  readonly tenantColumn?: string;
  /** All columns, in the order of the table. */
  readonly columns: readonly string[];
}

/** Sets who sends the mail of a tenant, and says who may get it. */
export interface EmailInjectorConfig {
  readonly kind: "email";
  /** By tenant. A tenant that is not here cannot send. */
  readonly senders: Readonly<Record<string, EmailSenderConfig>>;
}

export interface EmailSenderConfig {
  readonly from: string;
  readonly replyTo?: string;
  /** Addresses (`a@x.org`) and domains (`@x.org`) that may be written to. Without it, all. */
  readonly recipients?: readonly string[];
}

export interface StdioConnection {
  readonly kind: "stdio";
  readonly command: string;
  readonly args: readonly string[];
  /** Added to the few variables of our own environment that a child needs (PATH, HOME, ...). */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export interface HttpConnection {
  readonly kind: "http";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}
