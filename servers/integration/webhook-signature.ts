import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/* The scheme of standardwebhooks.com: HMAC-SHA256 over "id.timestamp.body", in Base64 behind "v1,". */

export const TOLERANCE_SECONDS = 300;

const PREFIX = "whsec_";
const SECRET_BYTES = { made: 32, min: 24, max: 64 };

/** What is signed. */
export interface SignedMessage {
  readonly id: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly body: string | Uint8Array;
}

export function newSecret(): string {
  return PREFIX + randomBytes(SECRET_BYTES.made).toString("base64");
}

/** Why a text is no secret; undefined when it is one. */
export function secretProblem(secret: string): string | undefined {
  const text = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : "";
  const bytes = Buffer.from(text, "base64");
  const right = `right is "${PREFIX}" and ${SECRET_BYTES.min} to ${SECRET_BYTES.max} random bytes in Base64`;
  if (bytes.toString("base64").replace(/=+$/, "") !== text.replace(/=+$/, "")) return `the secret is none: ${right}`;
  return bytes.length >= SECRET_BYTES.min && bytes.length <= SECRET_BYTES.max ? undefined : `the secret is too short or too long: ${right}`;
}

/** Tells secrets apart without saying anything of them. */
export function secretId(secret: string): string {
  return createHash("sha256").update(`webhook secret ${secret}`).digest("hex").slice(0, 12);
}

export function signature(message: SignedMessage, secret: string): string {
  return `v1,${mac(message, secret).toString("base64")}`;
}

/** Whether one of the signatures, with spaces between them, is that of the message. */
export function isSigned(message: SignedMessage, signatures: string, secret: string): boolean {
  const right = mac(message, secret);
  return signatures
    .split(" ")
    .slice(0, 10)
    .some((text) => {
      const given = text.startsWith("v1,") ? Buffer.from(text.slice(3), "base64") : Buffer.alloc(0);
      return given.length === right.length && timingSafeEqual(given, right);
    });
}

function mac({ id, timestamp, body }: SignedMessage, secret: string): Buffer {
  const key = Buffer.from(secret.slice(PREFIX.length), "base64");
  return createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest();
}
