/** A server wants somebody to log in, and nobody is there who could. What was sent to it was refused. */
export class LoginNeededError extends Error {
  override readonly name = "LoginNeededError";

  /** @param scope - what the login has to be for, when the one that there is does not suffice */
  constructor(server: string, scope?: string) {
    const how = `log in with "tutti servers login ${server}"`;
    const words = `it wants a login for "${scope}": add that to "scopes" of its "oauth" in tutti.yaml, then ${how}`;
    super(scope === undefined ? `it wants to know who is asking: ${how}` : words);
  }
}
