import type { Json } from "../base/json.ts";

/** What may be asked of the audit log, and who asked it: one thing that was allowed or denied, or how it ended. */
export interface AuditEntry {
  /**
   * `call`: a tool is about to be used, or may not be. `call-ended`: what came of it. `token`: a token was refused.
   * `tenant`: somebody named another tenant. `claims`: reserved fields were taken out of arguments. `operation`:
   * somebody asked Tutti for something.
   */
  readonly action: "call" | "call-ended" | "token" | "tenant" | "claims" | "operation";
  readonly decision: "allowed" | "denied";
  readonly outcome?: "succeeded" | "failed" | "unknown" | "partial";
  readonly tenant?: string;
  readonly userId?: string;
  readonly onBehalfOf?: string;
  readonly requestId?: string;
  readonly traceId?: string;
  readonly executionId?: string;
  readonly workflowId?: string;
  /** Step, item and role: `charge`, `labels[3]`, `charge/compensate`. */
  readonly call?: string;
  readonly attempt?: number;
  readonly server?: string;
  readonly tool?: string;
  /** Of `operation`: its name. */
  readonly operation?: string;
  /** Why it was denied, or what went wrong. */
  readonly reason?: string;
  /** Redacted: without secrets and without what is marked sensitive. */
  readonly details?: Json;
}

/** Takes what must be provable later. Entries are never changed or taken back. */
export interface AuditLog {
  /** Resolves when the entry survives the end of this process. Entries of one process are in the order of the calls. */
  record(entry: AuditEntry): Promise<void>;
}
