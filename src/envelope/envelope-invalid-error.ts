import { visible } from "../base/visible.ts";

/** A document that is no envelope, or breaks a rule of one. Every problem says where it is and what would be right. */
export class EnvelopeInvalidError extends Error {
  override readonly name = "EnvelopeInvalidError";

  /** At least one: `meta.tenant: must be ...`. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    // Keys and texts of the sender are in them.
    const told = problems.slice(0, TOLD_MAX).map((problem) => visible(problem.slice(0, SHOWN_LENGTH_MAX)));
    if (problems.length > TOLD_MAX) told.push(`and ${problems.length - TOLD_MAX} more problems`);
    super(told.join("; "));
    this.problems = told;
  }
}

/** A list of a thousand wrong entries would fill logs and answers. */
const TOLD_MAX = 50;

const SHOWN_LENGTH_MAX = 2_000;
