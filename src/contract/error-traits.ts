import type { ErrorCode } from "../model/errors.ts";

/** How every surface answers a refusal, so that none decides it again. */
export interface ErrorTraits {
  readonly httpStatus: number;
  /** 64 usage, 65 invalid, 66 not found, 69 unavailable, 77 not allowed, 1 failed. */
  readonly exitCode: 1 | 64 | 65 | 66 | 69 | 77;
  /** `later`: the same request may succeed when it is sent again. */
  readonly retry: "never" | "later";
}

export const ERROR_TRAITS: { readonly [Code in ErrorCode]: ErrorTraits } = {
  usage: { httpStatus: 400, exitCode: 64, retry: "never" },
  "definition.invalid": { httpStatus: 422, exitCode: 65, retry: "never" },
  "config.invalid": { httpStatus: 500, exitCode: 65, retry: "never" },
  "input.invalid": { httpStatus: 422, exitCode: 65, retry: "never" },
  "file.unreadable": { httpStatus: 404, exitCode: 66, retry: "never" },
  "execution.not-found": { httpStatus: 404, exitCode: 66, retry: "never" },
  "step.not-found": { httpStatus: 404, exitCode: 66, retry: "never" },
  "workflow.not-found": { httpStatus: 404, exitCode: 66, retry: "never" },
  "server.not-found": { httpStatus: 404, exitCode: 66, retry: "never" },
  "tool.not-found": { httpStatus: 404, exitCode: 66, retry: "never" },
  "execution.wrong-state": { httpStatus: 409, exitCode: 64, retry: "never" },
  "server.unavailable": { httpStatus: 503, exitCode: 69, retry: "later" },
  "call.failed": { httpStatus: 502, exitCode: 1, retry: "never" },
  "journal.locked": { httpStatus: 503, exitCode: 69, retry: "later" },
  "journal.unusable": { httpStatus: 503, exitCode: 69, retry: "never" },
  "secret.missing": { httpStatus: 422, exitCode: 65, retry: "never" },
  "identity.invalid": { httpStatus: 401, exitCode: 77, retry: "never" },
  "access.denied": { httpStatus: 403, exitCode: 77, retry: "never" },
  "tenant.invalid": { httpStatus: 403, exitCode: 77, retry: "never" },
  "envelope.invalid": { httpStatus: 400, exitCode: 65, retry: "never" },
  "operation.unknown": { httpStatus: 404, exitCode: 66, retry: "never" },
};

/** The exit code of a command that did what it was asked, and could not write down what came of it. */
export const EXIT_UNWRITTEN = 69;

/** The exit code of a bug. */
export const EXIT_BUG = 70;
