import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { openExchange } from "../kit/files/exchange.ts";
import { type GuardedHttp, openGuardedHttp } from "../kit/http/guarded-fetch.ts";
import { referenceServer, type ServerStatus } from "../kit/reference-server.ts";
import { type Environment, exchangeDirectory, listSetting, numberSetting, stateDirectory, textSetting } from "../kit/server-settings.ts";
import type { OpenServer } from "../kit/serve-reference-server.ts";
import { type DeliveryOutcome, type LeasedDelivery, openOutbox, type Outbox } from "../kit/state/outbox.ts";
import { openState } from "../kit/state/state.ts";
import { type AlertTable, alertTable } from "./alert-table.ts";
import { alerting } from "./alerting.ts";
import { type Channel, readChannels } from "./channels.ts";
import { createAlertTool } from "./create-alert.ts";
import { openDashboardFiles } from "./dashboard-files.ts";
import { type DashboardTable, dashboardTable } from "./dashboard-table.ts";
import { dashboardUpdateTool } from "./dashboard-update.ts";
import { mailAddress } from "./mail-address.ts";
import { type MailTemplates, readMailTemplates } from "./mail-templates.ts";
import { NOTIFICATION_SCHEMA } from "./notification-schema.ts";
import { type MailSettings, sendEmailTool } from "./send-email.ts";
import { sendSlackTool } from "./send-slack.ts";
import { placeOf, postMessage } from "./slack-delivery.ts";
import { deliverLetter, type Letter, type SmtpServer, smtpServer } from "./smtp-delivery.ts";
import { type TakenTable, takenTable } from "./taken-table.ts";

const OWN_TEMPLATES = fileURLToPath(new URL("templates", import.meta.url));

/** @throws Error - a setting is wrong */
export function openNotification(environment: Environment): OpenServer {
  const directory = stateDirectory("notification", environment);
  const settings = readSettings(environment);
  const { channels, smtp, slackUrl, templates, mail } = settings;
  using open = new DisposableStack();
  const state = open.use(openState({ path: join(directory, "notification.sqlite"), schema: NOTIFICATION_SCHEMA }));
  const http = openGuardedHttp({
    allowedHosts: [],
    allowPrivate: placesOf(settings),
    timeoutMs: 15_000,
    bytesMax: 65_536,
    redirectsMax: 0,
  });
  const dashboards = dashboardTable(state);
  const files = openDashboardFiles(resolve(textSetting(environment, "DASHBOARD_DIR") ?? join(directory, "dashboards")), dashboards, state);
  const firstDelayMs = numberSetting(environment, "RETRY_MS", { fallback: 1_000, min: 10, max: 3_600_000 });
  const taken = takenTable(state);
  const outbox = openOutbox({
    state,
    limits: { firstDelayMs, perTargetMax: 4 },
    deliver: async (delivery, signal) => await deliver(delivery, signal, { smtp, slackUrl, channels, http, taken }),
  });
  const table = alertTable(state);
  const alarm = alerting({ table, outbox, channels, from: mail.from });
  const server = referenceServer({
    name: "notification",
    instructions:
      "Tells people: send_email and send_slack for messages, create_alert for what somebody must hear of, dashboard_update for what somebody may look at. What is sent is kept until it has arrived.",
    state,
    tools: [
      sendEmailTool({ outbox, templates, settings: mail, exchange: openExchange(exchangeDirectory(environment)) }),
      sendSlackTool({ outbox, ready: slackUrl !== undefined }),
      createAlertTool({ table, alerting: alarm, channels, outbox }),
      dashboardUpdateTool({ table: dashboards, files, alerting: alarm }),
    ],
    status: () => statusOf({ outbox, table, dashboards, settings }),
  });
  const resources = open.move();
  return {
    server,
    async [Symbol.asyncDispose]() {
      await outbox[Symbol.asyncDispose]();
      await http[Symbol.asyncDispose]();
      resources.dispose();
    },
  };
}

interface Settings {
  readonly smtp: SmtpServer | undefined;
  readonly slackUrl: string | undefined;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly templates: MailTemplates;
  readonly mail: MailSettings;
}

function readSettings(environment: Environment): Settings {
  const smtpUrl = textSetting(environment, "SMTP_URL");
  const slackUrl = textSetting(environment, "SLACK_WEBHOOK_URL");
  if (slackUrl !== undefined && !/^https?:$/.test(URL.parse(slackUrl)?.protocol ?? ""))
    throw new Error("SLACK_WEBHOOK_URL is no http address");
  const folder = textSetting(environment, "TEMPLATES_DIR");
  const from = textSetting(environment, "MAIL_FROM") ?? "tutti@localhost";
  if (!mailAddress.safeParse(from).success) throw new Error(`MAIL_FROM is "${from}": an address such as tutti@example.org is wanted`);
  return {
    smtp: smtpUrl === undefined ? undefined : smtpServer(smtpUrl),
    slackUrl,
    channels: readChannels(environment),
    templates: readMailTemplates([OWN_TEMPLATES, ...(folder === undefined ? [] : [folder])]),
    mail: {
      ready: smtpUrl !== undefined,
      from,
      fromAllowed: listSetting(environment, "MAIL_FROM_ALLOWED"),
      recipientsAllowed: listSetting(environment, "MAIL_RECIPIENTS"),
    },
  };
}

/** The addresses that the operator has set are the only ones that are asked. */
function placesOf({ slackUrl, channels }: Settings): readonly string[] {
  const urls = [...channels.values()].flatMap((channel) => ("url" in channel ? [channel.url] : []));
  return [...urls, ...(slackUrl === undefined ? [] : [slackUrl])].map(placeOf);
}

interface Ways extends Pick<Settings, "smtp" | "slackUrl" | "channels"> {
  readonly http: GuardedHttp;
  readonly taken: TakenTable;
}

async function deliver(delivery: LeasedDelivery, signal: AbortSignal, ways: Ways): Promise<DeliveryOutcome> {
  const { channel = "", ...payload } = delivery.payload as { channel?: string; slack?: string };
  switch (delivery.kind) {
    case "email":
      if (ways.smtp === undefined) return { kind: "failed", reason: "SMTP_URL is not set", final: true };
      return await deliverLetter(payload as unknown as Letter, {
        server: ways.smtp,
        taken: ways.taken.of(delivery.id),
        keepTaken: (addresses) => ways.taken.add(delivery.id, addresses),
        signal,
      });
    case "slack":
      return await deliverSlack({ ...payload, channel }, signal, ways);
    case "webhook": {
      const place = ways.channels.get(channel);
      if (place?.kind !== "webhook") return { kind: "failed", reason: "the channel has been removed", final: true };
      return await postMessage(place.url, { id: delivery.id, ...payload }, { http: ways.http, signal });
    }
    default:
      return { kind: "delivered", answer: { recorded: true } };
  }
}

interface SlackMessage {
  readonly channel: string;
  /** The channel of Slack's, when the other is one of ours. */
  readonly slack?: string;
}

async function deliverSlack({ slack, ...message }: SlackMessage, signal: AbortSignal, ways: Ways): Promise<DeliveryOutcome> {
  const place = ways.channels.get(message.channel);
  const named = place?.kind === "slack" ? place : undefined;
  const url = named?.url ?? ways.slackUrl;
  if (url === undefined) return { kind: "failed", reason: "SLACK_WEBHOOK_URL is not set", final: true };
  const channel = slack ?? named?.channel ?? message.channel;
  return await postMessage(url, { ...message, channel }, { http: ways.http, signal });
}

interface Parts {
  readonly outbox: Outbox;
  readonly table: AlertTable;
  readonly dashboards: DashboardTable;
  readonly settings: Settings;
}

function statusOf({ outbox, table, dashboards, settings: { smtp, slackUrl, channels, templates } }: Parts): ServerStatus {
  const { pending, later, delivered, dead, inFlight } = outbox.counts();
  return {
    status: "healthy",
    facts: {
      channels: channels.size,
      templates: [...templates.names],
      mail: smtp === undefined ? "not set up" : `${smtp.host}:${smtp.port}`,
      slack: slackUrl === undefined ? "not set up" : new URL(slackUrl).host,
      queue: { pending: pending - later, scheduled: later, in_flight: inFlight, delivered, dead_letters: dead },
      alerts_firing: table.firing(),
      dashboards: dashboards.amountInAll(),
    },
  };
}
