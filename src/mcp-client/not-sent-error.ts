/** The message was not handed to the server: it had ended, or does not read. */
export class NotSentError extends Error {
  override readonly name = "NotSentError";

  constructor(ending?: string) {
    super(ending ?? "the server does not take messages any more");
  }
}
