import type { GuardedHttp } from "../kit/http/guarded-fetch.ts";
import type { DeliveryOutcome, LeasedDelivery } from "../kit/state/outbox.ts";
import type { SealedSecrets } from "./sealed-secrets.ts";
import { signature } from "./webhook-signature.ts";
import type { WebhookTable } from "./webhook-table.ts";

/** How an event is sent to the URL of a webhook. */
export interface WebhookSender {
  readonly table: WebhookTable;
  readonly secrets: SealedSecrets;
  /** Follows no redirects: a signed message is for whom it was signed. */
  readonly http: GuardedHttp;
}

/**
 * Attempts one delivery. Its id and its body are the same in all attempts, so that the receiver can know a repetition; the
 * time is that of the attempt, so that the receiver takes it.
 */
export async function deliverWebhook(delivery: LeasedDelivery, signal: AbortSignal, sender: WebhookSender): Promise<DeliveryOutcome> {
  const { webhook: id, body } = delivery.payload as { webhook: string; body: string };
  const webhook = sender.table.byId(id);
  if (webhook?.url === undefined) return { kind: "failed", reason: "the webhook has been removed", final: true };
  if (!webhook.active) return { kind: "failed", reason: "the webhook is not active", final: true };
  const timestamp = Math.floor(Date.now() / 1_000);
  const signed = signature({ id: delivery.id, timestamp, body }, sender.secrets.open(webhook.secret, webhook.id));
  const answer = await sender.http.fetch(webhook.url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "webhook-id": delivery.id,
      "webhook-timestamp": String(timestamp),
      "webhook-signature": signed,
      "idempotency-key": delivery.id,
    },
    body,
    signal,
    // What it says besides changes nothing: the event has arrived, or not.
    headersOnly: true,
  });
  if (answer.status >= 200 && answer.status < 300) return { kind: "delivered", answer: { status: answer.status } };
  // It knows the id: an attempt before this one has arrived, and only its answer was lost.
  if (answer.status === 409 && delivery.attempt > 1) return { kind: "delivered", answer: { status: answer.status } };
  const seconds = Number(answer.headers["retry-after"]);
  return {
    kind: "failed",
    reason: `the receiver has answered ${answer.status}`,
    // Gone: whoever says so does not want to be asked again.
    final: answer.status === 410,
    ...(Number.isFinite(seconds) && seconds > 0 ? { retryAfterMs: Math.min(seconds, 3_600) * 1_000 } : {}),
  };
}

/** What is sent: the same bytes in every attempt. */
export function eventBody(type: string, data: unknown, at: Date): string {
  return JSON.stringify({ type, timestamp: at.toISOString(), data });
}
