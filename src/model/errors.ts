import type { EnvelopeError } from "../envelope/envelope-error.ts";
import type { LocatedProblem } from "./problem.ts";

/** What each refusal carries for programs. A code is added only when some caller must tell it from the others. */
export interface ErrorDetails {
  /** The command line, or the input of an operation, is not right. */
  readonly usage: { readonly hint?: string };
  /** A workflow file or the inputs of an execution are not right. */
  readonly "definition.invalid": { readonly problems: readonly LocatedProblem[] };
  /** `tutti.yaml`, `mcp.json` or `tutti.lock` is not right. */
  readonly "config.invalid": { readonly problems: readonly LocatedProblem[] };
  readonly "input.invalid": { readonly problems: readonly string[] };
  readonly "file.unreadable": { readonly file: string };
  readonly "execution.not-found": { readonly executionId: string };
  readonly "step.not-found": { readonly executionId: string; readonly stepId: string };
  readonly "workflow.not-found": { readonly workflowId: string };
  /** A stored workflow has this id already. */
  readonly "workflow.exists": { readonly workflowId: string };
  /** A stored workflow is of another version than the one that was to be changed. */
  readonly "workflow.changed": { readonly workflowId: string; readonly version: number };
  /** There is no such task or group of tasks. */
  readonly "task.not-found": { readonly taskId: string };
  /** No machine of that name has ever joined. */
  readonly "machine.not-found": { readonly machineId: string };
  readonly "pattern.not-found": { readonly pattern: string };
  /** Nothing was applied under this id. */
  readonly "application.not-found": { readonly applicationId: string };
  readonly "server.not-found": { readonly server: string };
  /** A server is not what the configuration demands of servers that workflows use. */
  readonly "server.insecure": { readonly faults: readonly string[] };
  readonly "tool.not-found": { readonly server: string; readonly tool: string };
  /** The operation does not fit the state of the execution or step. */
  readonly "execution.wrong-state": { readonly executionId: string; readonly state: string };
  /** A server cannot be started, reached or listed. */
  readonly "server.unavailable": {
    readonly server: string;
    readonly stderr?: readonly string[];
    /** It is there, and does not answer as it should. */
    readonly reached?: true;
  };
  /** A tool called by hand (`tutti call`) or through an envelope adapter failed; the adapter tells the error of the envelope. */
  readonly "call.failed": { readonly kind: string; readonly error?: EnvelopeError };
  /** Another program listens at the port. */
  readonly "port.taken": { readonly port: number; readonly alternative?: number };
  /** The table of ports has the port for another service, or does not know the service; `alternative` is free. */
  readonly "port.reserved": {
    readonly port: number;
    readonly service: string;
    readonly registeredFor?: string;
    readonly alternative?: number;
  };
  /** Another process owns the data directory and cannot be reached. */
  readonly "journal.locked": { readonly path: string };
  /** The journal is damaged, foreign, of a newer version, or cannot be written. */
  readonly "journal.unusable": { readonly path: string; readonly reason: JournalFault };
  readonly "secret.missing": { readonly secret: string };
  /** No token was given where one is needed, or the one that was given does not hold. */
  readonly "identity.invalid": { readonly reason: string };
  /** The caller is known and may not do this. */
  readonly "access.denied": { readonly missing: readonly string[] };
  /** The caller asks more often than one may. */
  readonly "rate.limited": { readonly retryAfterMs: number };
  /** There is no tenant, or a message names another one than the caller's. */
  readonly "tenant.invalid": { readonly tenant?: string };
  /** A message is no envelope, or more than an envelope may be. */
  readonly "envelope.invalid": { readonly problems: readonly string[] };
  /** No workflow is configured for what was asked. */
  readonly "operation.unknown": { readonly operation: string };
}

export type JournalFault = "damaged" | "foreign" | "newer" | "unwritable" | "full" | "io";

export type ErrorCode = keyof ErrorDetails;

/** A refusal: the operation was not done, nothing half-done stays, and the caller can act on the code. */
export class TuttiError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = "TuttiError";
  readonly code: Code;
  readonly details: ErrorDetails[Code];

  constructor(code: Code, message: string, details: ErrorDetails[Code], options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.details = details;
  }
}

/** Whether an error is a refusal, and of this code when one is given. */
export function isTuttiError(error: unknown): error is TuttiError;
export function isTuttiError<Code extends ErrorCode>(error: unknown, code: Code): error is TuttiError<Code>;
export function isTuttiError(error: unknown, code?: ErrorCode): boolean {
  return error instanceof TuttiError && (code === undefined || error.code === code);
}
