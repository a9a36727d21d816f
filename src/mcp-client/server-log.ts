/** Where lines go that a server writes beside the protocol. Called often: must return at once and never throw. */
export interface ServerLog {
  write(line: ServerLogLine): void;
}

export interface ServerLogLine {
  readonly server: string;
  /**
   * `stderr`: what the server wrote there. `stdout`: what was no message. `message`: a logging notification.
   * `connection`: what this side found strange.
   */
  readonly source: "stderr" | "stdout" | "message" | "connection";
  /** Without line end, at most 8,192 characters. */
  readonly text: string;
}

/** Cut a line to this many characters before it is logged or kept. */
export const LINE_CHARACTERS_MAX = 8_192;
