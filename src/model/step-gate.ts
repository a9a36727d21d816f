/** What holds a step back: its `enforcement` before it begins, its `validation` before others take it for done. */
export interface StepGate {
  /** The id of the step. */
  readonly of: string;
  readonly kind: "enforcement" | "validation";
  /** What the step says: `unit-tests`, `code-review`. */
  readonly wants: string;
}

/** The id that a gate has in plans, journals and reports, and that no step of a workflow can have. */
export function gateId({ of, kind }: Pick<StepGate, "of" | "kind">): string {
  return `${of}--${kind}`;
}

/** Whether an id is kept for gates. */
export function isGateId(id: string): boolean {
  return /--(enforcement|validation)$/.test(id);
}
