import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateTransactions } from "./generate-transactions.ts";
import { catchMail } from "./world/catch-mail.ts";
import { catchMessages } from "./world/catch-messages.ts";
import { keptPorts } from "./world/kept-ports.ts";

const ROWS = 1_200_000;
const ROWS_MIN = 2_000;
const ROWS_MAX = 20_000_000;

interface WorldSettings {
  readonly folder: string;
  readonly out: string;
  readonly args: readonly string[];
}

/** What is around the servers while the example runs. Disposing closes it; what it has received stays in `out`. */
export interface TrainingWorld extends AsyncDisposable {
  readonly environment: Record<string, string>;
}

/**
 * Makes the purchases that are learned from, unless they are there, and starts a mail server and a receiver of chat
 * messages and webhooks, which keep what they get in files.
 *
 * @throws Error - the arguments are not understood
 */
export async function openWorld({ out, args }: WorldSettings): Promise<TrainingWorld> {
  const rows = rowsIn(args);
  const transactions = await generateTransactions(join(out, "data", `transactions-${rows}.parquet`), rows);
  await using opened = new AsyncDisposableStack();
  const mail = opened.use(await catchMail(join(out, "mail")));
  const chat = opened.use(await catchMessages(join(out, "slack"), { path: "/services/ml-team", port: 0 }));
  const ports = await keptPorts(join(out, "ports.json"), ["model", "status"]);
  const status = opened.use(await catchMessages(join(out, "webhooks"), { path: "/model/training/status", port: ports.status }));
  const secret = keptSecret(join(out, "client-secret"));
  const all = opened.move();
  return {
    environment: {
      TRANSACTIONS_FILE: transactions.path,
      EXCHANGE_DIR: join(out, "exchange"),
      STATE_ROOT: join(out, "servers"),
      DASHBOARD_DIR: join(out, "dashboards"),
      SMTP_URL: mail.url,
      SLACK_WEBHOOK_URL: chat.url,
      MODEL_PORT: String(ports.model),
      STATUS_ADDRESS: new URL(status.url).host,
      TUTTI_SECRET_STATUS_URL: status.url,
      // The security server is told what it may accept, and the workflow what it has to say.
      TRAINING_CLIENT_SECRET: secret,
      TUTTI_SECRET_TRAINING_CLIENT: secret,
    },
    [Symbol.asyncDispose]: async () => await all.disposeAsync(),
  };
}

function rowsIn(args: readonly string[]): number {
  const [flag, value = "", ...rest] = args;
  if (flag === undefined) return ROWS;
  if (flag !== "--rows" || rest.length > 0) throw new Error(`"${args.join(" ")}" is not understood: --rows N is`);
  const rows = Number(value);
  if (!/^\d+$/.test(value) || rows < ROWS_MIN || rows > ROWS_MAX) {
    throw new Error(`--rows "${value}": a whole number from ${ROWS_MIN} to ${ROWS_MAX} is wanted`);
  }
  return rows;
}

/** The same in each run, so that a workflow that is taken up again can still say who it is. */
function keptSecret(path: string): string {
  if (!existsSync(path)) writeFileSync(path, randomBytes(32).toString("base64url"), { mode: 0o600 });
  return readFileSync(path, "utf8").trim();
}
