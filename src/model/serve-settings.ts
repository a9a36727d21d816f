import type { Ms } from "../base/duration.ts";
import type { RateLimit } from "./server.ts";

/** Where a serving process listens, and whom it answers. */
export interface ServeSettings {
  /** Default 127.0.0.1. Anything that is not of this machine alone needs `identity` or `api_keys`. */
  readonly host?: string;
  /** Default 8113. */
  readonly port?: number;
  /** Names under which it may be asked for, beside those of this machine. */
  readonly allowedHosts: readonly string[];
  /** Pages that may ask it, beside those of this machine. */
  readonly allowedOrigins: readonly string[];
  readonly tls?: { readonly certFile: string; readonly keyFile: string; readonly caFile?: string };
  /** Lets it listen beyond this machine although nobody is asked who he is. */
  readonly insecure?: true;
  /** Requests of one caller. Default: 100 a second. */
  readonly rate?: RateLimit;
  /** Default: none; 8090 where it is only said that there is one. */
  readonly dashboardPort?: number;
}

/** A credential for programs. The key itself is nowhere kept. */
export interface ApiKey {
  readonly name: string;
  /** SHA-256 of the key, 64 hexadecimal digits. */
  readonly sha256: string;
  readonly tenant: string;
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
  readonly expiresAtMs?: number;
}

/** What machines of one cluster must agree on. */
export interface ClusterSettings {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 8080. */
  readonly port?: number;
  /** Shared by all machines; at least 32 characters. Without it, `tls` with `caFile` must tell machines apart. */
  readonly key?: string;
  readonly tls?: { readonly certFile: string; readonly keyFile: string; readonly caFile?: string };
  /** Lets it listen beyond this machine, and join a hub there, without encryption. What is sent is sealed, and can be read. */
  readonly insecure?: true;
  /** Default 30 s. */
  readonly heartbeatMs?: Ms;
  /** A machine that has said nothing for so long is offline. Default 90 s. */
  readonly offlineAfterMs?: Ms;
  /** Tools by the type of task, beside those that servers have: what a task of the type `code_analysis` uses. */
  readonly taskTypes: Readonly<Record<string, { readonly tool: string }>>;
}

/** Where executions that have ended are reported to. */
export interface AnalyticsSettings {
  /** Such as `http://127.0.0.1:8090/api/v1/metrics`. */
  readonly url: string;
}
