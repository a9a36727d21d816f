import { randomBytes } from "node:crypto";
import type { Clock } from "../base/clock.ts";
import type { Ms } from "../base/duration.ts";
import { transcriptOf } from "./answer-join.ts";
import type { ClusterRole, Joined, JoinChallenge, JoinRefused, JoinRequest } from "./join-frame.ts";
import { joinAnswer, readJoinFrame } from "./join-frame.ts";
import { type JoinTranscript, proofHolds, proofOf, type SessionKeys, sessionKeys } from "./join-proof.ts";
import { CLOCK_WINDOW_MS } from "./used-nonces.ts";

/** As whom somebody joins. */
export interface JoinIdentity {
  readonly role: ClusterRole;
  readonly name: string;
  /** UUID of this process: with it, it may take the place of its own connection that has died. */
  readonly instance: string;
  /** Undefined: the certificates of both sides say who they are. */
  readonly key: string | undefined;
  readonly clock: Pick<Clock, "nowMs">;
}

/** What follows a frame of the hub. */
export type AskStep =
  | { readonly kind: "answer"; readonly text: string }
  | { readonly kind: "joined"; readonly hub: string; readonly heartbeatMs: Ms; readonly keys: SessionKeys | undefined }
  | { readonly kind: "refused"; readonly message: string };

/** The client's side of one join. It does not trust the hub before that has shown that it has the key as well. */
export class AskToJoin {
  /** The first frame, to be sent as soon as the connection is open. */
  readonly opening: string;
  readonly #identity: JoinIdentity;
  readonly #request: JoinRequest;
  #transcript: JoinTranscript | undefined;

  constructor(identity: JoinIdentity) {
    const { role, name, instance, clock } = identity;
    this.#identity = identity;
    this.#request = {
      type: "join",
      role,
      name,
      instance,
      timestamp: new Date(clock.nowMs()).toISOString(),
      nonce: randomBytes(32).toString("base64url"),
    };
    this.opening = JSON.stringify(this.#request);
  }

  receive(text: string): AskStep {
    const frame = readJoinFrame(joinAnswer, text);
    switch (frame?.type) {
      case "challenge":
        return this.#prove(frame);
      case "joined":
        return this.#joined(frame);
      case "refused":
        return { kind: "refused", message: wordsOf(frame) };
      case undefined:
        return { kind: "refused", message: "what listens there does not speak the protocol of clusters" };
    }
  }

  #prove(challenge: JoinChallenge): AskStep {
    const { key, clock } = this.#identity;
    if (key === undefined)
      return { kind: "refused", message: 'the hub asks for the key of the cluster, and none is configured ("cluster.key")' };
    if (this.#transcript !== undefined || challenge.nonce === this.#request.nonce)
      return { kind: "refused", message: "the hub has repeated a challenge" };
    const apartMs = Math.abs(clock.nowMs() - Date.parse(challenge.timestamp));
    if (apartMs > CLOCK_WINDOW_MS)
      return { kind: "refused", message: `the clock of the hub is ${Math.round(apartMs / 1_000)} s away from this one` };
    this.#transcript = transcriptOf(this.#request, challenge);
    return { kind: "answer", text: JSON.stringify({ type: "proof", proof: proofOf(key, "client", this.#transcript) }) };
  }

  #joined({ hub, proof, heartbeatMs }: Joined): AskStep {
    const { key } = this.#identity;
    const transcript = this.#transcript;
    if (key === undefined) return { kind: "joined", hub, heartbeatMs, keys: undefined };
    const shown = transcript !== undefined && hub === transcript.hubName && proof !== undefined;
    if (!shown || !proofHolds(proof, key, { side: "hub", transcript })) {
      return { kind: "refused", message: "what listens there has not shown that it has the key of the cluster" };
    }
    return { kind: "joined", hub, heartbeatMs, keys: sessionKeys(key, transcript) };
  }
}

function wordsOf({ reason, message }: JoinRefused): string {
  return `the hub has refused (${reason}): ${message}`;
}
