import { randomBytes } from "node:crypto";
import type { Clock } from "../base/clock.ts";
import type { Ms } from "../base/duration.ts";
import type { JoinRefused, JoinRequest, RefusalReason } from "./join-frame.ts";
import { joinProof, joinRequest, printJoinAnswer, readJoinFrame } from "./join-frame.ts";
import { type JoinTranscript, proofHolds, proofOf, type SessionKeys, sessionKeys } from "./join-proof.ts";
import { CLOCK_WINDOW_MS, type UsedNonces } from "./used-nonces.ts";

/** By what a hub lets others in. */
export interface JoinRules {
  readonly hubName: string;
  /** Undefined: the certificate alone says who it is. */
  readonly key: string | undefined;
  readonly heartbeatMs: Ms;
  readonly clock: Pick<Clock, "nowMs">;
  readonly nonces: UsedNonces;
  /** Why somebody who is who he says is not let in, asked last. */
  readonly objection: (request: JoinRequest) => { readonly reason: RefusalReason; readonly message: string } | undefined;
}

/** What follows a frame of somebody who joins. */
export type JoinStep =
  | { readonly kind: "answer"; readonly text: string }
  | { readonly kind: "joined"; readonly text: string; readonly request: JoinRequest; readonly keys: SessionKeys | undefined }
  | { readonly kind: "refused"; readonly text: string; readonly refusal: JoinRefused; readonly name: string | undefined };

/**
 * The hub's side of one join.
 *
 * 1. Nobody is told anything that only the key could tell before he has shown that he has it.
 * 2. A proof is good for one connection, because both sides have drawn a nonce for it, and for the name and role in it.
 */
export class AnswerJoin {
  readonly #rules: JoinRules;
  /** Of the certificate that the client has shown; undefined where none is asked for. */
  readonly #certified: readonly string[] | undefined;
  #pending: PendingJoin | undefined;

  constructor(rules: JoinRules, certified: readonly string[] | undefined) {
    this.#rules = rules;
    this.#certified = certified;
  }

  receive(text: string): JoinStep {
    return this.#pending === undefined ? this.#begin(text) : this.#finish(text, this.#pending);
  }

  #begin(text: string): JoinStep {
    const { key, clock, hubName, nonces } = this.#rules;
    const request = readJoinFrame(joinRequest, text);
    if (request === undefined)
      return refused("malformed", 'the first frame must be a "join" with role, name, instance, timestamp and nonce');
    const { name } = request;
    if (name === hubName) return refused("name", `"${name}" is the name of the hub`, name);
    if (this.#certified !== undefined && !this.#certified.includes(name)) {
      return refused("name", `the certificate is not one of "${name}"`, name);
    }
    const nowMs = clock.nowMs();
    const apartMs = Math.abs(nowMs - Date.parse(request.timestamp));
    if (apartMs > CLOCK_WINDOW_MS) {
      const limit = `at most ${CLOCK_WINDOW_MS / 1_000} s are allowed`;
      return refused("clock", `the clocks are ${Math.round(apartMs / 1_000)} s apart, and ${limit}: here it is ${isoOf(nowMs)}`, name);
    }
    if (nonces.has(request.nonce)) return refused("replayed", "this nonce has been used before", name);
    if (key === undefined) return this.#admit(request, undefined);
    const challenge = { hub: hubName, timestamp: isoOf(nowMs), nonce: randomBytes(32).toString("base64url") };
    this.#pending = { request, key, transcript: transcriptOf(request, challenge) };
    return { kind: "answer", text: printJoinAnswer({ type: "challenge", ...challenge }) };
  }

  #finish(text: string, { request, transcript, key }: PendingJoin): JoinStep {
    const frame = readJoinFrame(joinProof, text);
    if (frame === undefined) return refused("malformed", 'a "proof" must follow the challenge', request.name);
    if (!proofHolds(frame.proof, key, { side: "client", transcript })) {
      return refused("wrong_key", "the proof does not hold: the keys are not the same", request.name);
    }
    return this.#admit(request, { transcript, key });
  }

  #admit(request: JoinRequest, proved: ProvedJoin | undefined): JoinStep {
    const { nonces, clock, objection, hubName, heartbeatMs } = this.#rules;
    // Only now, so that strangers cannot fill what is remembered.
    if (nonces.has(request.nonce)) return refused("replayed", "this nonce has been used before", request.name);
    nonces.add(request.nonce, clock.nowMs());
    const against = objection(request);
    if (against !== undefined) return refused(against.reason, against.message, request.name);
    const proof = proved === undefined ? {} : { proof: proofOf(proved.key, "hub", proved.transcript) };
    return {
      kind: "joined",
      text: printJoinAnswer({ type: "joined", hub: hubName, ...proof, heartbeatMs }),
      request,
      keys: proved === undefined ? undefined : sessionKeys(proved.key, proved.transcript),
    };
  }
}

interface PendingJoin extends ProvedJoin {
  readonly request: JoinRequest;
}

interface ProvedJoin {
  readonly transcript: JoinTranscript;
  readonly key: string;
}

/** What both sides prove, from the two frames that have gone before. */
export function transcriptOf(
  { role, name, instance, timestamp, nonce }: Omit<JoinRequest, "type">,
  challenge: { readonly hub: string; readonly timestamp: string; readonly nonce: string },
): JoinTranscript {
  const { hub, timestamp: hubTimestamp, nonce: hubNonce } = challenge;
  return { role, name, instance, timestamp, nonce, hubName: hub, hubTimestamp, hubNonce };
}

function refused(reason: RefusalReason, message: string, name?: string): JoinStep {
  const refusal: JoinRefused = { type: "refused", reason, message };
  return { kind: "refused", text: printJoinAnswer(refusal), refusal, name };
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
