/** The server does not know the session any more. It has not looked at what was sent: sending it in a new one is safe. */
export class SessionLostError extends Error {
  override readonly name = "SessionLostError";

  constructor(cause: unknown) {
    super("the server does not know the session any more", { cause });
  }
}
