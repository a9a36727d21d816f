import type { CallRef } from "../model/call.ts";
import type { ExecutionEvent } from "../model/event.ts";
import type { CallProgress } from "./tool-caller.ts";

/** What is told to whoever watches. Events are durable before they are told (J1); progress is not journaled at all. */
export type News =
  | { readonly type: "event"; readonly executionId: string; readonly event: ExecutionEvent }
  | { readonly type: "progress"; readonly executionId: string; readonly call: CallRef; readonly progress: CallProgress }
  | { readonly type: "stage"; readonly executionId: string; readonly call: CallRef; readonly stage: "waiting" | "sent" };

/** Takes the news of the engine. Must return at once and never throw. */
export interface NewsSink {
  publish(news: News): void;
}
