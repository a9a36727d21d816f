/** From where a request comes. */
export interface RequestOrigin {
  /** Of the machine, in numbers. */
  readonly address: string;
}

/** What is known of each request, beside itself. */
export interface HttpEnv {
  readonly Bindings: RequestOrigin;
  readonly Variables: { requestId: string };
}
