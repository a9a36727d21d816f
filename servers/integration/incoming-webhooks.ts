import { jsonDepth } from "../kit/json-depth.ts";
import { type LocalAnswer, problem, type LocalRequest, type Route } from "./local-listener.ts";
import type { SealedSecrets } from "./sealed-secrets.ts";
import { isSigned, TOLERANCE_SECONDS } from "./webhook-signature.ts";
import { isFor, type Webhook, type WebhookTable } from "./webhook-table.ts";

/*
 * W1. Nothing is taken that the holder of the secret has not signed, with the time, within the last minutes.
 * W2. A message is taken once: its id is kept in the transaction that keeps the message, longer than it may be on its way.
 */

const BODY_BYTES_MAX = 262_144;
const DEPTH_MAX = 100;

export interface IncomingPorts {
  readonly table: WebhookTable;
  readonly secrets: SealedSecrets;
  readonly nowMs: () => number;
}

/** Takes signed events at the paths of webhooks. */
export function incomingWebhooks(ports: IncomingPorts): Route {
  return {
    method: "POST",
    path: /^\/webhooks\/(wh_[0-9a-f]{16})(\/.*)?$/,
    bytesMax: BODY_BYTES_MAX,
    answer: async (request) => received(request, ports),
  };
}

function received({ parts: [id = "", path = ""], headers, body }: LocalRequest, { table, secrets, nowMs }: IncomingPorts): LocalAnswer {
  const webhook = table.byId(id);
  if (webhook === undefined || webhook.path === "" || !webhook.active || webhook.path !== path)
    return problem(404, "there is no such webhook");
  const problemOfIt = authenticityProblem(webhook, { headers, body }, { secrets, nowMs });
  if (problemOfIt !== undefined) return problem(401, problemOfIt);
  const type = typeOf(body);
  if (type === undefined)
    return problem(400, `the body is no JSON object with a "type", in UTF-8 without a mark before it, at most ${DEPTH_MAX} levels deep`);
  const wanted = webhook.events.length === 0 || isFor(type, webhook.events);
  const came = {
    messageId: single(headers["webhook-id"]),
    sentAt: seconds(single(headers["webhook-timestamp"])) * 1_000,
    receivedAt: nowMs(),
    body: wanted ? body.toString("utf8") : undefined,
  };
  if (!table.receive(webhook.id, came)) return problem(409, "this Webhook-Id has come before");
  return { status: 200, body: { received: wanted } };
}

type Claim = Pick<LocalRequest, "headers" | "body">;

/** Why it is not believed to come from the holder of the secret, just now (W1). */
function authenticityProblem(
  webhook: Webhook,
  { headers, body }: Claim,
  { secrets, nowMs }: Omit<IncomingPorts, "table">,
): string | undefined {
  const message = { id: single(headers["webhook-id"]), timestamp: seconds(single(headers["webhook-timestamp"])), body };
  const signatures = single(headers["webhook-signature"]);
  if (!/^[\u0021-\u007e]{1,200}$/.test(message.id) || !isSigned(message, signatures, secrets.open(webhook.secret, webhook.id))) {
    return "the signature is not right: Webhook-Id, Webhook-Timestamp and Webhook-Signature are wanted";
  }
  const near = Math.abs(nowMs() / 1_000 - message.timestamp) <= TOLERANCE_SECONDS;
  return near ? undefined : `Webhook-Timestamp is more than ${TOLERANCE_SECONDS} seconds away from now`;
}
function single(header: string | readonly string[] | undefined): string {
  return typeof header === "string" ? header : "";
}

/** Not a number for what is none, which then is in no span of time. */
function seconds(text: string): number {
  return /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
}

function typeOf(body: Buffer): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
    if (jsonDepth(text) > DEPTH_MAX) return undefined;
    const value: unknown = JSON.parse(text);
    const type = typeof value === "object" && value !== null && !Array.isArray(value) ? (value as { type?: unknown }).type : undefined;
    return typeof type === "string" ? type : undefined;
  } catch {
    return undefined;
  }
}
