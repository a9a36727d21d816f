import type { ErrorVariant } from "./error-variant.ts";

export type ContextFault =
  /** Code that needs a context ran without one. */
  | "no-context"
  | "no-tenant"
  /** A context was to become one of another tenant, or one with claims that it does not have. */
  | "other-tenant"
  | "more-claims";

/** A context is missing, or was to be used for more than it is for. */
export class ContextError extends Error {
  override readonly name = "ContextError";
  readonly fault: ContextFault;

  constructor(fault: ContextFault, message: string) {
    super(message);
    this.fault = fault;
  }

  /** What an envelope calls it. */
  get variant(): ErrorVariant {
    return VARIANTS[this.fault];
  }
}

const VARIANTS: Readonly<Record<ContextFault, ErrorVariant>> = {
  "no-context": "Internal",
  "no-tenant": "TenantExtraction",
  "other-tenant": "TenantExtraction",
  "more-claims": "Security",
};
