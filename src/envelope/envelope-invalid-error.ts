/** A document that is no envelope, or breaks a rule of one. Every problem says where it is and what would be right. */
export class EnvelopeInvalidError extends Error {
  override readonly name = "EnvelopeInvalidError";

  /** At least one: `meta.tenant: must be ...`. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    const told =
      problems.length > TOLD_MAX ? [...problems.slice(0, TOLD_MAX), `and ${problems.length - TOLD_MAX} more problems`] : problems;
    super(told.join("; "));
    this.problems = told;
  }
}

/** A list of a thousand wrong entries would fill logs and answers. */
const TOLD_MAX = 50;
