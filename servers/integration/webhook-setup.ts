import { randomBytes } from "node:crypto";
import type { Json } from "tutti/server";
import { z } from "zod";
import { defineTool, type ToolPlan, type ToolScope, type WaitingScope } from "../kit/define-tool.ts";
import { refuse } from "../kit/reference-server.ts";
import type { DeliveryRecord, Outbox } from "../kit/state/outbox.ts";
import { plainName } from "./plain-name.ts";
import type { SealedSecrets } from "./sealed-secrets.ts";
import { eventBody } from "./webhook-delivery.ts";
import { newSecret, secretId, secretProblem } from "./webhook-signature.ts";
import { isFor, type Webhook, type WebhookTable } from "./webhook-table.ts";

/** What webhook_setup needs. */
export interface WebhookPorts {
  readonly table: WebhookTable;
  readonly outbox: Outbox;
  readonly secrets: SealedSecrets;
  /** Throws a ToolError when nothing may be sent there. */
  readonly checkUrl: (url: string) => void;
  readonly receiveUrl: (webhook: Webhook) => string;
}

const WEBHOOKS_MAX = 500;
const EVENT_CHARACTERS_MAX = 256_000;
const ANSWER_CHARACTERS_MAX = 900_000;
const WAIT_MS_MAX = 60_000;

const json = z.json();
const eventName = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.:/-]{0,99}$/);
const input = z.strictObject({
  name: plainName.describe("Of the webhook. Without it, and without emit and resend, all are listed").optional(),
  url: z.string().max(2_000).describe("Where events are sent, signed. Without it, events are taken instead").optional(),
  path: z
    .string()
    .regex(/^\/(?!.*\.\.)[A-Za-z0-9._~/-]{0,199}$/)
    .describe("Where events are taken, behind the address of this webhook: such as /model/training/status")
    .optional(),
  events: z
    .array(
      z
        .string()
        .regex(/^(\*|[A-Za-z0-9_][A-Za-z0-9_.:/-]{0,98}\*?)$/)
        .describe("A type of events, or its beginning and *"),
    )
    .max(100)
    .describe("Which are sent or taken. Default: all")
    .optional(),
  secret: z.string().max(200).describe('What signs: "whsec_" and Base64. Default: one is made, and told once').optional(),
  active: z.boolean().describe("False: nothing is sent or taken until it is true again").optional(),
  remove: z.boolean().default(false).describe("Removes the webhook, with what it has received"),
  emit: z
    .strictObject({ event: eventName.describe("Its type"), data: z.json().describe("What it says") })
    .describe("Sends an event to all webhooks that want it, or to the one of this name")
    .optional(),
  received: z
    .strictObject({
      after: z.int().min(0).default(0).describe("The sequence number after which to begin"),
      limit: z.int().min(1).max(100).default(20).describe("At most so many"),
    })
    .describe("Gives the events that have come in")
    .optional(),
  resend: z.string().max(100).describe("The delivery_id of a delivery that was given up: tries it again").optional(),
  wait_ms: z.int().min(0).max(WAIT_MS_MAX).default(0).describe("For emit and resend: waits so long for the end. Default 0"),
});

const delivery = z.object({
  delivery_id: z.string().describe("The Webhook-Id that the receiver sees"),
  webhook: z.string(),
  status: z.enum(["pending", "delivered", "dead", "cancelled"]),
  attempts: z.int(),
  error: z.string().exactOptional(),
});
const webhookFacts = {
  webhook_id: z.string(),
  name: z.string(),
  url: z.string().exactOptional(),
  receive_url: z.string().describe("Where events are to be sent to").exactOptional(),
  events: z.array(z.string()),
  active: z.boolean(),
  secret_id: z.string().describe("Tells secrets apart"),
};
const output = z
  .object(webhookFacts)
  .partial()
  .extend({
    secret: z.string().describe("Only in the answer of the call that made it").exactOptional(),
    removed: z.boolean().exactOptional(),
    deliveries: z.array(delivery).exactOptional(),
    events_received: z
      .array(z.object({ sequence: z.int(), message_id: z.string(), sent_at: z.string(), received_at: z.string(), event: z.json() }))
      .exactOptional(),
    next_after: z.int().describe("Where the next page begins, when there is more").exactOptional(),
    webhooks: z.array(z.object(webhookFacts)).exactOptional(),
    dead_letters: z.array(delivery).describe("Deliveries that were given up, the newest first").exactOptional(),
  });

type Input = z.output<typeof input>;
type Output = z.input<typeof output>;

/** Webhooks in both directions, signed as standardwebhooks.com says. */
export function webhookSetupTool(ports: WebhookPorts): ToolPlan {
  return defineTool({
    name: "webhook_setup",
    title: "Set up webhooks",
    description:
      "Sets up, changes, lists and removes webhooks. One with a url is sent events that emit gives; one without takes signed events at its receive_url, and received reads them. Deliveries are repeated until they arrive, also after a crash, with the same Webhook-Id.",
    effect: "changes",
    destructive: true,
    openWorld: true,
    input,
    output,
    async run(parameters, scope) {
      const { name, emit, received, remove, resend } = parameters;
      if (emit !== undefined) return await emitted(parameters, { event: emit.event, data: emit.data }, { scope, ports });
      if (resend !== undefined) return await resent(resend, parameters.wait_ms, { scope, ports });
      if (name === undefined) return listed(scope.tenant, ports);
      if (received !== undefined) return eventsOf(found(ports, scope.tenant, name), received, ports.table);
      if (remove) return scope.once(() => ({ name, removed: ports.table.remove(scope.tenant, name) }));
      return put({ ...parameters, name }, { scope, ports });
    },
    async again(answer, { wait_ms: waitMs }, scope) {
      if (answer.deliveries === undefined) return answer;
      return { ...answer, deliveries: await settled(answer.deliveries, waitMs, { scope, ports }) };
    },
  });
}

interface Circumstances {
  readonly scope: ToolScope;
  readonly ports: WebhookPorts;
}

function put(parameters: Input & { name: string }, { scope, ports }: Circumstances): Output {
  const { name, url, path, events, secret: given, active } = parameters;
  const wanted = defined({ url, path, events, active });
  const { table, secrets } = ports;
  if (url !== undefined) ports.checkUrl(url);
  const bad = given === undefined ? undefined : secretProblem(given);
  if (bad !== undefined) throw refuse(bad);
  const made = newSecret();
  const fresh = `wh_${randomBytes(8).toString("hex")}`;
  const answer = scope.once((): Output => {
    const old = table.byName(scope.tenant, name);
    if (old === undefined && table.all(scope.tenant).length >= WEBHOOKS_MAX) throw refuse(`a tenant has at most ${WEBHOOKS_MAX} webhooks`);
    const id = old?.id ?? fresh;
    const secret = given ?? (old === undefined ? made : secrets.open(old.secret, id));
    const sealed = { secret: secrets.seal(secret, id), secretId: secretId(secret), createdAt: scope.now.getTime() };
    const webhook: Webhook = { ...(old ?? newWebhook({ id, tenant: scope.tenant, name, url })), ...wanted, ...sealed };
    table.put(webhook);
    return factsOf(webhook, ports);
  });
  return answer.webhook_id === fresh && given === undefined ? { ...answer, secret: made } : answer;
}

function newWebhook({ id, tenant, name, url }: { id: string; tenant: string; name: string; url: string | undefined }): Webhook {
  const rest = { events: ["*"], active: true, secret: "", secretId: "", createdAt: 0 };
  // What sends nothing takes something, or it would be of no use.
  return { id, tenant, name, path: url === undefined ? "/" : "", ...rest };
}

/** Without what is not given. */
function defined<Part extends object>(part: Part): { readonly [Key in keyof Part]?: Exclude<Part[Key], undefined> } {
  return Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined)) as never;
}

async function emitted(parameters: Input, emit: { event: string; data: Json }, { scope, ports }: Circumstances): Promise<Output> {
  const { name, wait_ms: waitMs } = parameters;
  const body = eventBody(emit.event, emit.data, scope.now);
  if (body.length > EVENT_CHARACTERS_MAX) throw refuse(`an event has at most ${EVENT_CHARACTERS_MAX} characters as JSON`);
  const answer = scope.once(() => {
    const all = name === undefined ? ports.table.all(scope.tenant) : [found(ports, scope.tenant, name)];
    const wanting = all.filter((webhook) => webhook.url !== undefined && webhook.active && isFor(emit.event, webhook.events));
    if (name !== undefined && wanting.length === 0)
      throw refuse(`the webhook "${name}" sends no ${emit.event}: it is not active, has no url or not this event`);
    const deliveries = wanting.map((webhook) => {
      const id = `msg_${randomBytes(16).toString("hex")}`;
      ports.outbox.add({ id, tenant: scope.tenant, kind: webhook.name, target: webhook.id, payload: { webhook: webhook.id, body } });
      return { delivery_id: id, webhook: webhook.name, status: "pending" as const, attempts: 0 };
    });
    return { deliveries };
  });
  return { deliveries: await settled(answer.deliveries, waitMs, { scope, ports }) };
}

async function resent(id: string, waitMs: number, { scope, ports }: Circumstances): Promise<Output> {
  const answer = scope.once(() => {
    if (!ports.outbox.resend(scope.tenant, id)) throw refuse(`no delivery that was given up has the id "${id}"`);
    const record = ports.outbox.find(scope.tenant, id);
    return { deliveries: record === undefined ? [] : [described(record)] };
  });
  return { deliveries: await settled(answer.deliveries, waitMs, { scope, ports }) };
}

type Delivery = z.infer<typeof delivery>;

async function settled(
  deliveries: readonly Delivery[],
  waitMs: number,
  { scope, ports }: { readonly scope: WaitingScope; readonly ports: WebhookPorts },
): Promise<Delivery[]> {
  return await Promise.all(
    deliveries.map(async (each) => {
      if (waitMs === 0) return each;
      const record = await ports.outbox.settled({ tenant: scope.tenant, id: each.delivery_id }, waitMs, scope.signal);
      return record === undefined ? each : described(record);
    }),
  );
}

function listed(tenant: string, ports: WebhookPorts): Output {
  return {
    webhooks: ports.table.all(tenant).map((webhook) => factsOf(webhook, ports)),
    dead_letters: ports.outbox.list(tenant, "dead", 100).map(described),
  };
}

function eventsOf(webhook: Webhook, { after, limit }: { after: number; limit: number }, table: WebhookTable): Output {
  const all = table.received(webhook.id, after, limit + 1);
  let size = 0;
  const page = all.slice(0, limit).filter(({ body }, place) => (size += body.length) <= ANSWER_CHARACTERS_MAX || place === 0);
  const last = page.at(-1);
  return {
    events_received: page.map(({ sequence, messageId, sentAt, receivedAt, body }) => ({
      sequence,
      message_id: messageId,
      sent_at: new Date(sentAt).toISOString(),
      received_at: new Date(receivedAt).toISOString(),
      event: JSON.parse(body) as z.infer<typeof json>,
    })),
    ...(last !== undefined && page.length < all.length ? { next_after: last.sequence } : {}),
  };
}

function found({ table }: WebhookPorts, tenant: string, name: string): Webhook {
  const webhook = table.byName(tenant, name);
  if (webhook === undefined) throw refuse(`there is no webhook "${name}"`);
  return webhook;
}

function factsOf(webhook: Webhook, ports: WebhookPorts) {
  const { id, name, url, events, active, path, secretId: secret } = webhook;
  return {
    webhook_id: id,
    name,
    ...(url === undefined ? {} : { url }),
    ...(path === "" ? {} : { receive_url: ports.receiveUrl(webhook) }),
    events: [...events],
    active,
    secret_id: secret,
  };
}

function described({ id, kind, status, attempts, error }: DeliveryRecord): Delivery {
  return { delivery_id: id, webhook: kind, status, attempts, ...(error === undefined ? {} : { error }) };
}
