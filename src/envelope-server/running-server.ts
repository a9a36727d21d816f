/** A server that runs. Disposing takes no more calls, cancels those under way and waits for them. */
export interface RunningServer extends AsyncDisposable {
  /** Where it listens; only over HTTP. */
  readonly url?: string;
  /** Resolves when the connection has ended (over stdio: when stdin has) and no call is under way. */
  readonly closed: Promise<void>;
}
