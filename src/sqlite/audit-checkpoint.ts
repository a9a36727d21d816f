import { type KeyObject, verify } from "node:crypto";
import { isJsonObject, type JsonObject } from "../base/json.ts";
import type { AuditCheckpoint } from "../model/audit.ts";
import type { SigningKey } from "./audit-key.ts";

/** What is signed, without the signature. */
type Statement = Omit<AuditCheckpoint, "keyId" | "signature">;

/** Makes a statement a checkpoint. */
export function signCheckpoint(statement: Statement, key: SigningKey): AuditCheckpoint {
  const unsigned = { ...statement, keyId: key.id };
  return { ...unsigned, signature: key.sign(signedText(unsigned)) };
}

/** Whether the holder of the key has signed exactly this. */
export function isSignedBy(checkpoint: AuditCheckpoint, key: KeyObject): boolean {
  return verify(undefined, Buffer.from(signedText(checkpoint)), key, Buffer.from(checkpoint.signature, "base64"));
}

/** As it stands in a file: one line of JSON, the moment as ISO 8601. */
export function printCheckpoint(checkpoint: AuditCheckpoint): string {
  const { number, seq, hash, atMs, takenOver, keyId, signature } = checkpoint;
  const document = { number, seq, hash, at: new Date(atMs).toISOString(), taken_over: takenOver, key_id: keyId, signature };
  return `${JSON.stringify(document)}\n`;
}

/** The way back; undefined when it is none. */
export function parseCheckpoint(text: string): AuditCheckpoint | undefined {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isJsonObject(document) ? readCheckpoint(document) : undefined;
}

function readCheckpoint({
  number,
  seq,
  hash,
  at,
  taken_over: takenOver,
  key_id: keyId,
  signature,
}: JsonObject): AuditCheckpoint | undefined {
  const atMs = typeof at === "string" ? Date.parse(at) : Number.NaN;
  if (!isCount(number) || !isCount(seq) || !isCount(takenOver) || Number.isNaN(atMs)) return undefined;
  if (typeof hash !== "string" || typeof keyId !== "string" || typeof signature !== "string") return undefined;
  return { number, seq, hash, atMs, takenOver, keyId, signature };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** Seven lines: a line break within one of them would make more, so no two checkpoints have the same text. */
function signedText({ number, seq, hash, atMs, takenOver, keyId }: Statement & { readonly keyId: string }): string {
  return ["tutti.audit.checkpoint.v1", number, seq, hash, atMs, takenOver, keyId].join("\n");
}
