import type { Outcome } from "../model/execution.ts";

/** That something was journaled, and what it is about: an event without its data. */
export interface JournaledNote {
  /** Its place among all events of a journal: later ones have greater numbers, and none is used twice. */
  readonly position: number;
  readonly executionId: string;
  readonly workflowId: string;
  readonly tenant?: string;
  readonly parentId?: string;
  readonly seq: number;
  readonly atMs: number;
  /** The type of the event: `call-started`. */
  readonly event: string;
  readonly step?: string;
  readonly item?: number;
  readonly role?: string;
  readonly outcome?: Outcome;
}

/** All events of a journal in the order in which they became durable. */
export interface EventFeed {
  /** The position of the newest event; 0 when there was never one. */
  newest(): number;
  /**
   * What came after a position, the oldest first. Of executions that were pruned there is nothing.
   *
   * @param executionId - only of this one
   */
  after(position: number, limit: number, executionId?: string): readonly JournaledNote[];
}
