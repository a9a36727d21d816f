import * as z from "zod";
import type { CallRef } from "../model/call.ts";
import type { ExecutionEvent } from "../model/event.ts";
import { callRef } from "./call-error.ts";
import { executionEvent } from "./execution-event.ts";
import { wireObject } from "./wire-object.ts";

/** What is told of an execution while somebody watches it. Events are durable before they are told. */
export type ExecutionNews =
  | { readonly type: "event"; readonly executionId: string; readonly event: ExecutionEvent }
  | { readonly type: "progress"; readonly executionId: string; readonly call: CallRef; readonly progress: Progress }
  | { readonly type: "stage"; readonly executionId: string; readonly call: CallRef; readonly stage: "waiting" | "sent" };

interface Progress {
  readonly progress: number;
  readonly total?: number;
  readonly message?: string;
}

type NewsOf<Type extends ExecutionNews["type"]> = Extract<ExecutionNews, { type: Type }>;

const progress: z.ZodType<Progress> = z.strictObject({
  progress: z.number(),
  total: z.number().exactOptional(),
  message: z.string().exactOptional(),
});

/** One piece of news. */
export const executionNews: z.ZodType<ExecutionNews> = z.union([
  wireObject<NewsOf<"event">>({ type: z.literal("event"), executionId: z.string(), event: executionEvent }),
  wireObject<NewsOf<"progress">>({ type: z.literal("progress"), executionId: z.string(), call: callRef, progress }),
  wireObject<NewsOf<"stage">>({ type: z.literal("stage"), executionId: z.string(), call: callRef, stage: z.enum(["waiting", "sent"]) }),
]);
