import { text } from "node:stream/consumers";
import { hashSecret } from "./secret-hash.ts";
import { SECRET_CHARACTERS_MIN } from "./clients.ts";

/** For a file of clients: reads a secret from stdin, where no list of processes shows it, and prints its hash. */
export async function printSecretHash(): Promise<void> {
  const secret = (await text(process.stdin)).replace(/\r?\n$/, "");
  if (secret.length < SECRET_CHARACTERS_MIN) {
    process.stderr.write(`a secret has at least ${SECRET_CHARACTERS_MIN} characters: make one with "openssl rand -base64 32"\n`);
    process.exitCode = 64;
  } else {
    process.stdout.write(`${await hashSecret(secret)}\n`);
  }
}
