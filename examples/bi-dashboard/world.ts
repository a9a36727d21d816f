import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SMTPServer } from "smtp-server";

interface WorldSettings {
  /** Where it may write. */
  readonly out: string;
  /** `--mail-down`: the mail server says that it cannot just now. */
  readonly args?: readonly string[];
}

/** Nobody is at home there, which the mail server says at once. */
const NO_SUCH_DOMAIN = "@nowhere.example";

const LETTER_BYTES_MAX = 5 * 2 ** 20;

/** A mail server of this machine. It takes letters as any other, and keeps them as files in `out/mail/` in place of sending them on. */
export async function openWorld({
  out,
  args = [],
}: WorldSettings): Promise<AsyncDisposable & { readonly environment: Record<string, string> }> {
  const unknown = args.find((word) => word !== "--mail-down");
  if (unknown !== undefined) throw new Error(`the example knows --mail-down, and not "${unknown}"`);
  const folder = join(out, "mail");
  mkdirSync(folder, { recursive: true });
  const server = mailServer(folder, args.includes("--mail-down"));
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  const address = server.server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    environment: { SMTP_URL: `smtp://127.0.0.1:${port}`, BI_STATE: join(out, "state") },
    [Symbol.asyncDispose]: async () => await new Promise((resolve) => server.close(() => resolve())),
  };
}

function mailServer(folder: string, down: boolean): SMTPServer {
  let count = 0;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    size: LETTER_BYTES_MAX,
    closeTimeout: 500,
    onRcptTo({ address }, _session, next) {
      if (down) return next(answer(451, "not just now, try again later"));
      return next(address.endsWith(NO_SUCH_DOMAIN) ? answer(550, "there is no such mailbox") : undefined);
    },
    onData(stream, { envelope: { rcptTo } }, next) {
      const parts: Buffer[] = [];
      stream.on("data", (part: Buffer) => parts.push(part));
      stream.once("error", next);
      stream.once("end", () => {
        count += 1;
        // Addresses come from elsewhere, and become names of files here.
        const names = rcptTo.map(({ address }) => address.replace(/[^\w.@-]/g, "_").slice(0, 60));
        writeFileSync(join(folder, `${Date.now()}-${count}-${names.join("-").slice(0, 150)}.eml`), Buffer.concat(parts));
        next();
      });
    },
  });
  // A client that is gone in the middle of a letter is no reason to end.
  server.on("error", () => undefined);
  return server;
}

function answer(code: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode: code });
}
