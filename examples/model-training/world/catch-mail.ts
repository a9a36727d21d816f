import { once } from "node:events";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { SMTPServer } from "smtp-server";

/** Something that receives, at an address. Disposing ends it. */
export interface Receiver extends AsyncDisposable {
  readonly url: string;
}

const MAIL_BYTES_MAX = 25 * 2 ** 20;

/** Senders that keep their connection open are waited for so long. */
const CLOSE_MS = 200;

/** A mail server at a free port of this machine, for everybody and from everybody. Each mail becomes a file `*.eml`. */
export async function catchMail(folder: string): Promise<Receiver> {
  mkdirSync(folder, { recursive: true });
  let count = 0;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["AUTH", "STARTTLS"],
    disableReverseLookup: true,
    size: MAIL_BYTES_MAX,
    closeTimeout: CLOSE_MS,
    onData(stream, _session, answer) {
      buffer(stream).then((mail) => {
        count += 1;
        const name = `${new Date().toISOString().replaceAll(":", "-")}-${process.pid}-${count}.eml`;
        // Whoever looks into the folder sees whole mails.
        writeFileSync(join(folder, `.${name}.part`), mail);
        renameSync(join(folder, `.${name}.part`), join(folder, name));
        answer();
      }, answer);
    },
  });
  // A sender that is gone is no news.
  server.on("error", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => await new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
