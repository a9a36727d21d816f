/** A document that is no envelope, or breaks a rule of one. Every problem says where it is and what would be right. */
export class EnvelopeInvalidError extends Error {
  override readonly name = "EnvelopeInvalidError";

  /** At least one: `meta.tenant: must be ...`. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("; "));
    this.problems = problems;
  }
}
