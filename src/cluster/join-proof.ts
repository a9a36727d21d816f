import { createHash, createHmac, hkdfSync, timingSafeEqual } from "node:crypto";

/** Begins everything that is proved, so that a proof is of use nowhere else. */
const JOIN_PROTOCOL = "tutti-cluster-1";

/** Everything that a proof is about: who joins whom, as what, when, and what both have drawn for it. */
export interface JoinTranscript {
  readonly role: string;
  readonly name: string;
  /** UUID of the process that joins. */
  readonly instance: string;
  /** As it was written. */
  readonly timestamp: string;
  readonly nonce: string;
  readonly hubName: string;
  readonly hubTimestamp: string;
  readonly hubNonce: string;
}

export type JoinSide = "client" | "hub";

/** What each side seals its frames with. */
export interface SessionKeys {
  readonly client: Buffer;
  readonly hub: Buffer;
}

/** Shows that a side has the key, in base64url: HMAC-SHA256 of its label and the transcript. */
export function proofOf(key: string, side: JoinSide, transcript: JoinTranscript): string {
  return createHmac("sha256", key)
    .update(`${JOIN_PROTOCOL} ${side}\n${textOf(transcript)}`)
    .digest("base64url");
}

/** Takes as long for a proof that is nearly right as for any other. */
export function proofHolds(proof: string, key: string, about: { readonly side: JoinSide; readonly transcript: JoinTranscript }): boolean {
  const right = Buffer.from(proofOf(key, about.side, about.transcript));
  const given = Buffer.from(proof);
  return given.length === right.length && timingSafeEqual(given, right);
}

/** Keys of this one connection, of 32 bytes each: HKDF-SHA256, salted with the hash of the transcript. */
export function sessionKeys(key: string, transcript: JoinTranscript): SessionKeys {
  const salt = createHash("sha256").update(textOf(transcript)).digest();
  const derived = (side: JoinSide): Buffer => Buffer.from(hkdfSync("sha256", key, salt, `${JOIN_PROTOCOL} ${side} frames`, 32));
  return { client: derived("client"), hub: derived("hub") };
}

/** No part can hold the character that separates them. */
function textOf({ role, name, instance, timestamp, nonce, hubName, hubTimestamp, hubNonce }: JoinTranscript): string {
  return [role, name, instance, timestamp, nonce, hubName, hubTimestamp, hubNonce].join("\n");
}
