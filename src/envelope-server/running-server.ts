/** A server that runs. Disposing takes no more calls, cancels those under way and waits for them. */
export interface RunningServer extends AsyncDisposable {
  /** Where it listens; not over stdio. */
  readonly url?: string;
  /** Resolves when the connection has ended (over stdio: when stdin has; else when it does not listen any more) and no call is under way. */
  readonly closed: Promise<void>;
}
