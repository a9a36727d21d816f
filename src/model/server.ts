import type { OAuthConfig } from "./oauth.ts";
import type { Ms } from "../base/duration.ts";
import type { Effect, Resources } from "./workflow.ts";

/** How one server is reached and what its owner says of it. Values are final: variables are already expanded. */
export interface ServerConfig {
  /** `^[A-Za-z0-9_-]{1,64}$`; tools are named `server.tool`. */
  readonly name: string;
  /** Of its first replica, the only one if there are no `replicas`. */
  readonly connection: ServerAddress;
  /** Of its first replica, where it has others too: as the names of `replicas`, and different from them. Default `1`. */
  readonly replicaName?: string;
  /** How far the first replica is preferred to others, from 1. Default 1. */
  readonly tier?: number;
  /** More processes or addresses that answer to the same name. They share their state: any of them may get any call. */
  readonly replicas?: readonly ReplicaConfig[];
  /**
   * The other machines that have a server of this name. They do not share its state: only calls that ask for a machine
   * go there, unless it is only there (its `connection` is then the first of these).
   */
  readonly machines?: readonly ReplicaConfig[];
  /** The server does nothing twice for calls that carry the same idempotency key. */
  readonly honoursIdempotencyKey: boolean;
  /** By tool name. */
  readonly effects: Readonly<Record<string, Effect>>;
  readonly requires: Readonly<Record<string, readonly string[]>>;
  /** Calls in flight at once, at each replica. Default 5. */
  readonly maxConcurrentCalls?: number;
  /** Default: 5 failures, 30 s, 3 calls, 2 successes, for all tools of a replica together. */
  readonly breaker?: BreakerConfig | "off";
  /** How many calls may be sent to it in a span of time. Without it there is no limit. */
  readonly rateLimits?: RateLimits;
  /** How many of its calls may be repetitions. Default: a fifth, and ten per second. */
  readonly retryBudget?: RetryBudget;
  /** Calls that only read are sent to a second replica too when the first has not answered for so long. Default: never. */
  readonly hedgeAfterMs?: Ms;
  /** What each replica has, for steps that occupy some of it. What is not named here has no limit. */
  readonly resources?: Resources;
  /** How often it is asked whether it is there, once it has been used. Default 30 s. */
  readonly healthIntervalMs?: Ms;
  /** `sequential`: one call at a time, and plans expect no more. Default: as many as `maxConcurrentCalls` says. */
  readonly profile?: "sequential" | "parallel";
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

export type ServerAddress = StdioConnection | HttpConnection | WebSocketConnection | MachineConnection | BuiltInConnection;

/** One more process or address of a server. */
export interface ReplicaConfig {
  /** `^[A-Za-z0-9_-]{1,64}$`, different from those of its siblings. */
  readonly name: string;
  readonly connection: ServerAddress;
  /** From 1, which is the best; the others only get calls when nobody in a better tier can take them. */
  readonly tier: number;
  /** In place of what the server's other replicas have. */
  readonly resources?: Resources;
}

/** A server of that name on another machine of the cluster. */
export interface MachineConnection {
  readonly kind: "machine";
  readonly machine: string;
  /** Whether nobody between the machines can read what is said. */
  readonly encrypted: boolean;
}

/** A server that is a part of this process; none that is configured. */
export interface BuiltInConnection {
  readonly kind: "built-in";
}

/** When a replica that keeps failing is left alone, and how it is tried again. */
export interface BreakerConfig {
  /** Faults in a row that open it. */
  readonly failures: number;
  /** How long it stays open. */
  readonly recoveryMs: Ms;
  /** Calls that may be on their way at once while it is half open. */
  readonly halfOpenCalls: number;
  /** Successes that close it. */
  readonly successes: number;
  /** Whether each tool has a breaker of its own. */
  readonly perTool: boolean;
}

/** So many in any span of that length, `100/min`. */
export interface RateLimit {
  readonly count: number;
  readonly perMs: Ms;
}

export interface RateLimits {
  /** All calls to the server. */
  readonly calls?: RateLimit;
  /** The calls of each client: a user of a tenant, or a tenant. */
  readonly perClient?: RateLimit;
  readonly tools?: Readonly<Record<string, RateLimit>>;
}

/** Repetitions beyond it wait: a server that fails must not get more calls for it. */
export interface RetryBudget {
  /** Of the first attempts, 0 to 1. */
  readonly share: number;
  /** That many are always allowed. */
  readonly perSecond: number;
}

/** What the configuration may demand of every server before a workflow may use it. */
export type SecurityDemand = "authenticated" | "encrypted" | "audited";

/** Certificates for connections over a network, as files, absolute. They are read again when they change. */
export interface TlsConfig {
  /** Whom to believe, in place of the authorities that the system knows. */
  readonly caFile?: string;
  /** The certificate that this side shows. */
  readonly certFile?: string;
  readonly keyFile?: string;
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
  /** In place of what holds for all connections. */
  readonly tls?: TlsConfig;
  /** May be reached without TLS although it is not on this machine. Default false. */
  readonly insecure?: boolean;
  /** Logs in with OAuth when the server asks for it. Default: it does not, and whatever the server wants is in `headers`. */
  readonly oauth?: OAuthConfig;
}

/** MCP over a WebSocket: one JSON-RPC message in each text frame, subprotocol `mcp`. */
export interface WebSocketConnection {
  readonly kind: "websocket";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls?: TlsConfig;
  readonly insecure?: boolean;
}
