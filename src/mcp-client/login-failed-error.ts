/** A person was asked to log in, and it came to nothing. Asking again in another way would only ask twice. */
export class LoginFailedError extends Error {
  override readonly name = "LoginFailedError";
}
