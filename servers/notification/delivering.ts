import type { DeliveryRecord, Outbox } from "../kit/state/outbox.ts";
import type { ToolScope, WaitingScope } from "../kit/define-tool.ts";
import { createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import { refuse } from "../kit/reference-server.ts";

/** How a message stands, as all tools tell it. */
export const standing = {
  message_id: z.string(),
  status: z.enum(["queued", "sent", "scheduled", "failed", "cancelled"]).describe("failed: given up, and to be sent again with resend"),
  attempts: z.int().exactOptional(),
  send_at: z.string().describe("When it is due, if that is later").exactOptional(),
  error: z.string().describe("Why the last attempt failed").exactOptional(),
};

/** What tools that send have in common. */
export const sendingOptions = {
  send_at: z.iso
    .datetime({ offset: true })
    .describe("Not before this moment, such as 2026-12-24T18:00:00+01:00; at most a year from now. Default: at once")
    .optional(),
  wait_ms: z.int().min(0).max(60_000).default(0).describe("Waits so long for the end. Default 0: it is sent in the background"),
  resend: z.string().max(100).describe("In place of all else: the message_id of a message that was given up. Tries it again").optional(),
  cancel: z.string().max(100).describe("In place of all else: the message_id of a message that shall not be sent any more").optional(),
};

export interface Standing {
  readonly message_id: string;
  readonly status: "queued" | "sent" | "scheduled" | "failed" | "cancelled";
  readonly attempts?: number;
  readonly send_at?: string;
  readonly error?: string;
}

const YEAR_MS = 366 * 86_400_000;

/** The same for all attempts of a call, and after a crash. */
export function messageIdOf({ key }: ToolScope, kind: string): string {
  const hex = key === undefined ? randomBytes(16).toString("hex") : createHash("sha256").update(key).digest("hex").slice(0, 32);
  return `${kind}_${hex}`;
}

/** @throws ToolError - it is too far away */
export function momentOf(sendAt: string | undefined, now: Date): { readonly notBeforeMs?: number } {
  if (sendAt === undefined) return {};
  const atMs = Date.parse(sendAt);
  if (atMs > now.getTime() + YEAR_MS) throw refuse(`send_at is ${sendAt}: at most a year from now is possible`);
  return atMs > now.getTime() ? { notBeforeMs: atMs } : {};
}

/** How it stands when it has ended, or so long has been waited. */
export async function settled(
  answer: Standing,
  waitMs: number,
  { outbox, scope }: { readonly outbox: Outbox; readonly scope: WaitingScope },
): Promise<{ standing: Standing; record?: DeliveryRecord }> {
  if (waitMs === 0 || answer.status === "cancelled") return { standing: answer };
  const record = await outbox.settled({ tenant: scope.tenant, id: answer.message_id }, waitMs, scope.signal);
  return record === undefined ? { standing: answer } : { standing: standingOf(record, Date.now()), record };
}

export interface Waiting {
  readonly outbox: Outbox;
  readonly scope: ToolScope;
}

/** Sends a message again that was given up, or takes one back; undefined when neither is wanted. @throws ToolError */
export function changed(
  { resend, cancel }: { resend?: string | undefined; cancel?: string | undefined },
  { outbox, scope }: Waiting,
): Standing | undefined {
  const id = resend ?? cancel;
  if (id === undefined) return undefined;
  return scope.once(() => {
    const done = resend === undefined ? outbox.cancel(scope.tenant, id) : outbox.resend(scope.tenant, id);
    const record = outbox.find(scope.tenant, id);
    if (record === undefined) throw refuse(`there is no message "${id}"`);
    const wrong = resend === undefined ? "cannot be taken back any more" : "was not given up";
    if (!done && record.status !== "cancelled")
      throw refuse(`the message "${id}" ${wrong}: it is ${standingOf(record, Date.now()).status}`);
    return standingOf(record, Date.now());
  });
}

const STATUSES = { pending: "queued", delivered: "sent", dead: "failed", cancelled: "cancelled" } as const;

export function standingOf({ id, status, attempts, dueMs, error }: DeliveryRecord, nowMs: number): Standing {
  const later = status === "pending" && attempts === 0 && dueMs > nowMs;
  return {
    message_id: id,
    status: later ? "scheduled" : STATUSES[status],
    attempts,
    ...(later ? { send_at: new Date(dueMs).toISOString() } : {}),
    ...(error === undefined || status === "delivered" ? {} : { error }),
  };
}
