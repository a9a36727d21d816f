import MailComposer from "nodemailer/lib/mail-composer/index.js";
import SMTPConnection from "nodemailer/lib/smtp-connection/index.js";
import type { DeliveryOutcome } from "../kit/state/outbox.ts";

/** A letter as it waits to be sent: everything that is in it, so that all attempts send the same. */
export interface Letter {
  /** Without the angle brackets; the same for all attempts, so that a receiver can know a repetition. */
  readonly messageId: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly replyTo?: string;
  readonly subject: string;
  readonly text: string;
  readonly html?: string;
  readonly attachments: readonly { readonly name: string; readonly base64: string }[];
  /** ISO 8601. */
  readonly date: string;
}

/** Where letters are handed in. */
export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly user?: string;
  readonly password?: string;
}

const STEP_MS = 10_000;

/** @throws Error - it is no address of a mail server */
export function smtpServer(text: string): SmtpServer {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const secure = url?.protocol === "smtps:";
  if (url === undefined || url.hostname === "" || !isEncoded(`${url.username}${url.password}`) || (!secure && url.protocol !== "smtp:")) {
    throw new Error("SMTP_URL is no address of a mail server: smtp://USER:PASSWORD@HOST:PORT or smtps://... is wanted");
  }
  const [user, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
  const port = url.port === "" ? (secure ? 465 : 25) : Number(url.port);
  return { host: url.hostname.replace(/^\[|\]$/g, ""), port, secure, ...(user === "" ? {} : { user, password }) };
}

function isEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** How one attempt is made. */
export interface Attempt {
  readonly server: SmtpServer;
  /** Who has the letter since an attempt before: they do not get it twice. */
  readonly taken: readonly string[];
  /** Is told who has it now, when the mail server has put off others. */
  readonly keepTaken: (addresses: readonly string[]) => void;
  readonly signal: AbortSignal;
}

/** Hands a letter in once. What the server has refused for good is not tried again; whom it has put off gets it later. */
export async function deliverLetter(letter: Letter, { server, taken, keepTaken, signal }: Attempt): Promise<DeliveryOutcome> {
  const message = await composed(letter);
  const recipients = [...new Set([...letter.to, ...letter.cc])].filter((address) => !taken.includes(address));
  const connection = new SMTPConnection(settingsOf(server));
  const stop = (): void => connection.close();
  signal.addEventListener("abort", stop, { once: true });
  try {
    const sent = await handedIn(connection, { from: letter.from, recipients, message, server, signal });
    const accepted = sent.accepted.map(String);
    const putOff = (sent.rejectedErrors ?? []).filter(({ responseCode = 0 }) => responseCode < 500);
    if (putOff.length === 0) return delivered([...taken, ...accepted], sent.rejected.map(String), sent.response);
    keepTaken(accepted);
    return { kind: "failed", reason: `the mail server has put off ${putOff.map(recipientOf).join("; ")}` };
  } catch (error) {
    const { responseCode = 0, code, rejectedErrors = [] } = error as Refused;
    // The last ones who have not got it never will.
    if (taken.length > 0 && rejectedErrors.length > 0 && responseCode >= 500) return delivered(taken, recipients, "");
    // A wrong password is mended by the operator, and the letter can go then.
    return { kind: "failed", reason: `the mail server: ${(error as Error).message}`, final: responseCode >= 500 && code !== "EAUTH" };
  } finally {
    signal.removeEventListener("abort", stop);
    connection.close();
  }
}

/** What the library adds to its errors. */
interface Refused extends Error {
  readonly responseCode?: number | undefined;
  readonly code?: string | undefined;
  readonly recipient?: string | undefined;
  readonly rejectedErrors?: readonly Refused[] | undefined;
}

function delivered(accepted: readonly string[], rejected: readonly string[], response: string): DeliveryOutcome {
  return {
    kind: "delivered",
    answer: { accepted: [...accepted], rejected: [...rejected], response: response.slice(0, 500).toWellFormed() },
  };
}

function recipientOf({ recipient = "somebody", message }: Refused): string {
  return `${recipient} (${message})`;
}

interface HandingIn {
  readonly from: string;
  readonly recipients: readonly string[];
  readonly message: Buffer;
  readonly server: SmtpServer;
  readonly signal: AbortSignal;
}

async function handedIn(
  connection: SMTPConnection,
  { from, recipients, message, server, signal }: HandingIn,
): Promise<SMTPConnection.SentMessageInfo> {
  return await new Promise((resolve, reject) => {
    connection.on("error", reject);
    connection.on("end", () => reject(new Error("it has closed the connection")));
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    const send = (): void => {
      const envelope = { from, to: [...recipients] };
      connection.send(envelope, message, (error, info) => (error === null ? resolve(info) : reject(error)));
    };
    connection.connect((error) => {
      if (error !== undefined && error !== null) reject(error);
      else if (server.user === undefined) send();
      else connection.login({ user: server.user, pass: server.password ?? "" }, (refused) => (refused === null ? send() : reject(refused)));
    });
  });
}

function settingsOf({ host, port, secure, user }: SmtpServer): SMTPConnection.Options {
  const own = /^(localhost|127(\.\d+){3}|::1)$/.test(host);
  return {
    host,
    port,
    secure,
    connectionTimeout: STEP_MS,
    greetingTimeout: STEP_MS,
    socketTimeout: 2 * STEP_MS,
    // A password goes to nobody who may be somebody else; on this machine nobody is in between.
    requireTLS: !own && !secure && user !== undefined,
    ...(own ? { tls: { rejectUnauthorized: false } } : {}),
  };
}

async function composed({ messageId, from, to, cc, replyTo, subject, text, html, attachments, date }: Letter): Promise<Buffer> {
  const composer = new MailComposer({
    messageId: `<${messageId}>`,
    date: new Date(date),
    from: { name: "", address: from },
    to: to.map((address) => ({ name: "", address })),
    cc: cc.map((address) => ({ name: "", address })),
    ...(replyTo === undefined ? {} : { replyTo: { name: "", address: replyTo } }),
    subject,
    text,
    ...(html === undefined ? {} : { html }),
    attachments: attachments.map(({ name, base64 }) => ({ filename: name, content: Buffer.from(base64, "base64") })),
    disableFileAccess: true,
    disableUrlAccess: true,
    headers: { "Auto-Submitted": "auto-generated" },
  });
  return await composer.compile().build();
}
