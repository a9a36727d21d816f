import type { Json } from "../base/json.ts";

/** What may be asked of the audit log, and who asked it: one thing that was allowed or denied, or how it ended. */
export interface AuditEntry {
  /**
   * `call`: a tool is about to be used, or may not be. `call-ended`: what came of it. `token`: a token was refused.
   * `tenant`: somebody named another tenant, or an execution that its own does not have. `claims`: reserved fields were
   * taken out of arguments. `operation`: somebody asked Tutti for something.
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

/** An entry as it is in the log. */
export interface RecordedEntry extends AuditEntry {
  /** From 1, without gaps. */
  readonly seq: number;
  readonly atMs: number;
}

/** Which entries. All that is given must apply. */
export interface AuditQuery {
  readonly requestId?: string;
  readonly workflowId?: string;
  /** The id, or a beginning of it. */
  readonly executionId?: string;
  readonly traceId?: string;
  readonly tenant?: string;
  readonly userId?: string;
  readonly action?: AuditEntry["action"];
  readonly decision?: AuditEntry["decision"];
  /** From this moment on. */
  readonly sinceMs?: number;
  /** Before this moment. */
  readonly untilMs?: number;
  /** Default: newest first. */
  readonly oldestFirst?: boolean;
  /** 1 to 1,000. */
  readonly limit: number;
  /** From the page before. */
  readonly cursor?: string;
}

export interface AuditPage {
  readonly entries: readonly RecordedEntry[];
  /** Present when there are more. */
  readonly nextCursor?: string;
}

/** A signed statement: these were all the entries up to this one. */
export interface AuditCheckpoint {
  /** From 1, without gaps. */
  readonly number: number;
  /** The last entry that it covers; 0 when there was none. */
  readonly seq: number;
  /** Of that entry, and by it of all before. */
  readonly hash: string;
  readonly atMs: number;
  /** How many of the entries since the checkpoint before were written by another process than the one that signed. */
  readonly takenOver: number;
  readonly keyId: string;
  /** Ed25519, in base64. */
  readonly signature: string;
}

/** The newest checkpoint, and what others need to verify it. */
export interface AuditHead extends AuditCheckpoint {
  /** SPKI in PEM. Absent when the key is not here. */
  readonly publicKey?: string;
}

/** What was kept elsewhere, where somebody who changes the log cannot change it too. */
export interface AuditEvidence {
  /** Undefined takes the newest of the data directory alone. */
  readonly head?: AuditCheckpoint;
  /** PEM, of one key or of several. Default: of the key with which the log is signed here. */
  readonly publicKeys?: string;
}

/** What is wrong with an audit log. */
export interface AuditFinding {
  readonly kind:
    /** The content of an entry, or one of its columns, is not what was written. */
    | "entry"
    /** Entries are missing in the middle. */
    | "gap"
    /** An entry does not follow the one before it. */
    | "chain"
    /** A checkpoint is missing, forged, or was made of other entries. */
    | "checkpoint"
    /** A checkpoint was signed with a key that is not trusted. */
    | "key"
    /** Entries are missing at the end. */
    | "tail"
    /** The file with the newest checkpoint is missing, forged or old. */
    | "head"
    /** The file itself is damaged. */
    | "database";
  readonly message: string;
  /** The entry at which it shows. */
  readonly seq?: number;
}

/** What was found by verifying an audit log. */
export interface AuditVerdict {
  readonly sound: boolean;
  /** At most 100. */
  readonly findings: readonly AuditFinding[];
  readonly entries: number;
  readonly checkpoints: number;
  /** The last entry that a checkpoint covers. Those after it could be changed by anybody who can write the file. */
  readonly signedSeq: number;
  /** How many entries were signed by another process than the one that wrote them. */
  readonly takenOver: number;
}
