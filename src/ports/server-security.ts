/** Knows which servers are not what the configuration demands. Nothing is asked of them. */
export interface ServerSecurity {
  /** What these servers are not, one sentence each; nothing when all of them may be used. */
  faults(servers: Iterable<string>): Promise<readonly string[]>;
}
