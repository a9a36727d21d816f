/** A server wants somebody to log in, and nobody is there who could. */
export class LoginNeededError extends Error {
  override readonly name = "LoginNeededError";

  constructor(server: string) {
    super(`it wants to know who is asking: log in with "tutti servers login ${server}"`);
  }
}
