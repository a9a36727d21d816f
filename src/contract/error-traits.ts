import type { ErrorVariant } from "../envelope/error-variant.ts";
import type { RetryClass } from "../envelope/variant-traits.ts";
import type { ErrorCode } from "../model/errors.ts";

/** How every surface answers a refusal, so that none decides it again. docs/errors.md shows the table. */
export interface ErrorTraits {
  /** What an envelope calls it. */
  readonly variant: ErrorVariant;
  readonly httpStatus: number;
  readonly jsonRpcCode: number;
  /** 64 usage, 65 invalid, 66 not found, 69 unavailable, 77 not allowed, 1 failed. */
  readonly exitCode: 1 | 64 | 65 | 66 | 69 | 77;
  /** How the same request may be sent again. More is known of a code than of its variant, so this one counts. */
  readonly retry: RetryClass;
}

export const ERROR_TRAITS: { readonly [Code in ErrorCode]: ErrorTraits } = {
  usage: { variant: "Validation", httpStatus: 400, jsonRpcCode: -32_602, exitCode: 64, retry: "none" },
  "definition.invalid": { variant: "Validation", httpStatus: 422, jsonRpcCode: -32_602, exitCode: 65, retry: "none" },
  "config.invalid": { variant: "Config", httpStatus: 500, jsonRpcCode: -32_603, exitCode: 65, retry: "none" },
  "input.invalid": { variant: "Validation", httpStatus: 422, jsonRpcCode: -32_602, exitCode: 65, retry: "none" },
  "file.unreadable": { variant: "Validation", httpStatus: 404, jsonRpcCode: -32_602, exitCode: 66, retry: "none" },
  "execution.not-found": { variant: "Validation", httpStatus: 404, jsonRpcCode: -32_602, exitCode: 66, retry: "none" },
  "step.not-found": { variant: "Validation", httpStatus: 404, jsonRpcCode: -32_602, exitCode: 66, retry: "none" },
  "workflow.not-found": { variant: "Validation", httpStatus: 404, jsonRpcCode: -32_602, exitCode: 66, retry: "none" },
  "workflow.exists": { variant: "Validation", httpStatus: 409, jsonRpcCode: -31_409, exitCode: 65, retry: "none" },
  "workflow.changed": { variant: "Validation", httpStatus: 409, jsonRpcCode: -31_409, exitCode: 65, retry: "none" },
  "task.not-found": { variant: "Validation", httpStatus: 404, jsonRpcCode: -32_602, exitCode: 66, retry: "none" },
  "machine.not-found": { variant: "Validation", httpStatus: 404, jsonRpcCode: -32_602, exitCode: 66, retry: "none" },
  "pattern.not-found": { variant: "Validation", httpStatus: 404, jsonRpcCode: -32_602, exitCode: 66, retry: "none" },
  "application.not-found": { variant: "Validation", httpStatus: 404, jsonRpcCode: -32_602, exitCode: 66, retry: "none" },
  "server.not-found": { variant: "McpServerNotFound", httpStatus: 404, jsonRpcCode: -31_404, exitCode: 66, retry: "none" },
  "server.insecure": { variant: "Security", httpStatus: 422, jsonRpcCode: -32_603, exitCode: 65, retry: "none" },
  "tool.not-found": { variant: "McpToolExecution", httpStatus: 404, jsonRpcCode: -32_602, exitCode: 66, retry: "none" },
  "execution.wrong-state": { variant: "Validation", httpStatus: 409, jsonRpcCode: -31_409, exitCode: 64, retry: "none" },
  "server.unavailable": { variant: "McpClientConnection", httpStatus: 503, jsonRpcCode: -31_503, exitCode: 69, retry: "exponential" },
  "call.failed": { variant: "McpToolExecution", httpStatus: 502, jsonRpcCode: -32_603, exitCode: 1, retry: "none" },
  "port.taken": { variant: "Config", httpStatus: 503, jsonRpcCode: -31_503, exitCode: 69, retry: "none" },
  "port.reserved": { variant: "Config", httpStatus: 503, jsonRpcCode: -31_503, exitCode: 69, retry: "none" },
  "journal.locked": { variant: "Internal", httpStatus: 503, jsonRpcCode: -31_503, exitCode: 69, retry: "linear" },
  "journal.unusable": { variant: "Internal", httpStatus: 503, jsonRpcCode: -32_603, exitCode: 69, retry: "none" },
  "secret.missing": { variant: "Config", httpStatus: 422, jsonRpcCode: -32_603, exitCode: 65, retry: "none" },
  "identity.invalid": { variant: "Security", httpStatus: 401, jsonRpcCode: -31_401, exitCode: 77, retry: "none" },
  "access.denied": { variant: "Security", httpStatus: 403, jsonRpcCode: -31_403, exitCode: 77, retry: "none" },
  "rate.limited": { variant: "Remote", httpStatus: 429, jsonRpcCode: -31_429, exitCode: 69, retry: "exponential" },
  "tenant.invalid": { variant: "TenantExtraction", httpStatus: 403, jsonRpcCode: -31_403, exitCode: 77, retry: "none" },
  "envelope.invalid": { variant: "Validation", httpStatus: 400, jsonRpcCode: -32_600, exitCode: 65, retry: "none" },
  "operation.unknown": { variant: "Validation", httpStatus: 404, jsonRpcCode: -32_602, exitCode: 66, retry: "none" },
};

/** The exit code of a command that did what it was asked, and could not write down what came of it. */
export const EXIT_UNWRITTEN = 69;

/** The exit code of a bug. */
export const EXIT_BUG = 70;
