/** A bug in Tutti: a condition that its own code guarantees did not hold. Nobody catches it but the process's end. */
class AssertionError extends Error {
  override readonly name = "AssertionError";
}

/** States what must be true here whatever the input was. Input is checked with a TuttiError, never with this. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** Returns the value, which the caller knows to be there. */
export function present<T>(value: T | undefined | null, message: string): T {
  if (value === undefined || value === null) throw new AssertionError(message);
  return value;
}

/** Closes an exhaustive `switch`: the compiler refuses the call when a variant was forgotten. */
export function unreachable(value: never): never {
  throw new AssertionError(`no case for ${JSON.stringify(value)}`);
}
