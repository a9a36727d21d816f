import type { CallOutcome, CallRequest } from "../model/call.ts";

/**
 * Uses a tool of a server. Whatever goes wrong is a `CallOutcome`, never a rejection.
 *
 * An abort asks the server to cancel and resolves soon: `unknown` when the call had been sent and no answer came,
 * `failed` with `accepted: false` when it had not been sent.
 */
export interface ToolCaller {
  /** Whether there is such a server at all for this execution. */
  serves(server: string, executionId: string): boolean;

  call(request: CallRequest, gate: CallGate, signal: AbortSignal): Promise<CallOutcome>;
}

/** Is told what happens while a call is under way, and is asked before it is sent. */
export interface CallGate extends CallObserver {
  /**
   * Awaited when the call has its place and is about to be sent: resolves once it is safe to send it. A rejection
   * means that it must not be sent.
   *
   * @param machine - where it is sent, if that is another machine; asked again when that becomes another one
   */
  sending(machine?: string): Promise<void>;
}

/** For calls that nobody watches, and that may be sent at any time. */
export const UNWATCHED: CallGate = { sending: () => Promise.resolve(), progress: () => undefined, stage: () => undefined };

/** Is told what happens while a call is under way. */
export interface CallObserver {
  /** A progress notification of the server. */
  progress(progress: CallProgress): void;
  /** The call waits for a place (`waiting`) or has been sent (`sent`). */
  stage(stage: "waiting" | "sent"): void;
}

export interface CallProgress {
  readonly progress: number;
  readonly total?: number;
  readonly message?: string;
}
