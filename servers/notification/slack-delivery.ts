import { isIP } from "node:net";
import type { Json } from "tutti/server";
import type { GuardedHttp } from "../kit/http/guarded-fetch.ts";
import type { DeliveryOutcome } from "../kit/state/outbox.ts";

/** Hands a message to an incoming webhook, such as Slack's. It takes messages that it has taken before once more. */
export async function postMessage(
  url: string,
  message: Json,
  { http, signal }: { http: GuardedHttp; signal: AbortSignal },
): Promise<DeliveryOutcome> {
  const headers = { "content-type": "application/json; charset=utf-8" };
  const { status, body, headers: said } = await http.fetch(url, { method: "POST", headers, body: JSON.stringify(message), signal });
  if (status >= 200 && status < 300) return { kind: "delivered", answer: { status } };
  const text = Buffer.from(body).toString("utf8").slice(0, 200).toWellFormed();
  const seconds = Number(said["retry-after"]);
  return {
    kind: "failed",
    reason: `the webhook has answered ${status}${text === "" ? "" : `: ${text}`}`,
    // It will not like the same message better later, except when it says that it had too many.
    final: status < 500 && status !== 429 && status !== 408,
    ...(Number.isFinite(seconds) && seconds > 0 ? { retryAfterMs: Math.min(seconds, 3_600) * 1_000 } : {}),
  };
}

/** Where the operator sends messages to is allowed, whatever network it is in: as `host:port`. */
export function placeOf(url: string): string {
  const { hostname, port, protocol } = new URL(url);
  const bare = hostname.replace(/^\[|\]$/g, "");
  return `${isIP(bare) === 6 ? `[${bare}]` : bare}:${port === "" ? (protocol === "https:" ? "443" : "80") : port}`;
}

/** Text in which nothing is a command of Slack's, such as one that calls a whole channel. */
export function withoutCommands(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
