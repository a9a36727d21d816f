import * as z from "zod";
import { wireObject } from "../contract/wire-object.ts";
import { machineName } from "./machine-document.ts";

/** What a connection is for: to run tasks, to hear of workflows, or to ask about the cluster as well. */
export type ClusterRole = "machine" | "listener" | "coordinator";

/** 32 bytes in base64url. */
const token: z.ZodType<string> = z.string().regex(/^[A-Za-z0-9_-]{43}$/, "must be 32 bytes in base64url");
/** Kept as text, because it is proved as text. */
const timestamp: z.ZodType<string> = z.iso.datetime();

/** The first frame of a client. */
export interface JoinRequest {
  readonly type: "join";
  readonly role: ClusterRole;
  readonly name: string;
  readonly instance: string;
  readonly timestamp: string;
  readonly nonce: string;
}

/** The hub's answer where there is a key. */
export interface JoinChallenge {
  readonly type: "challenge";
  readonly hub: string;
  readonly timestamp: string;
  readonly nonce: string;
}

/** The client's answer to that. */
export interface JoinProof {
  readonly type: "proof";
  readonly proof: string;
}

/** The end of every join that went well. */
export interface Joined {
  readonly type: "joined";
  readonly hub: string;
  /** Where there is a key. */
  readonly proof?: string;
  readonly heartbeatMs: number;
}

/** The end of every other; nothing follows it. */
export interface JoinRefused {
  readonly type: "refused";
  readonly reason: RefusalReason;
  readonly message: string;
}

export type RefusalReason = "malformed" | "wrong_key" | "clock" | "replayed" | "name" | "name_taken" | "full" | "closing";

export const joinRequest: z.ZodType<JoinRequest> = wireObject<JoinRequest>({
  type: z.literal("join"),
  role: z.enum(["machine", "listener", "coordinator"]),
  name: machineName,
  instance: z.uuid(),
  timestamp,
  nonce: token,
});

const joinChallenge = wireObject<JoinChallenge>({ type: z.literal("challenge"), hub: machineName, timestamp, nonce: token });

export const joinProof: z.ZodType<JoinProof> = wireObject<JoinProof>({ type: z.literal("proof"), proof: token });

const joined = wireObject<Joined>({ type: z.literal("joined"), hub: machineName, proof: token.exactOptional(), heartbeatMs: z.number() });

const joinRefused = wireObject<JoinRefused>({
  type: z.literal("refused"),
  reason: z.enum(["malformed", "wrong_key", "clock", "replayed", "name", "name_taken", "full", "closing"]),
  message: z.string().max(1_000),
});

/** What a client may get while it joins. */
export const joinAnswer: z.ZodType<JoinChallenge | Joined | JoinRefused> = z.union([joinChallenge, joined, joinRefused]);

/** The frame that a text is, or undefined. */
export function readJoinFrame<Frame>(schema: z.ZodType<Frame>, text: string): Frame | undefined {
  try {
    const parsed = schema.safeDecode(JSON.parse(text) as never);
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** The text of a frame of the hub. */
export function printJoinAnswer(frame: JoinChallenge | Joined | JoinRefused): string {
  return JSON.stringify(joinAnswer.encode(frame));
}
