import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { transcriptOf } from "../../src/cluster/answer-join.ts";
import { FrameSeal } from "../../src/cluster/frame-seal.ts";
import { type JoinRequest, joinAnswer, joinProof, joinRequest, readJoinFrame } from "../../src/cluster/join-frame.ts";
import { proofOf, sessionKeys } from "../../src/cluster/join-proof.ts";
import { parseMessage } from "../../src/cluster/message-codec.ts";

interface Vector {
  readonly key: string;
  readonly join: JoinRequest;
  readonly challenge: { readonly hub: string; readonly timestamp: string; readonly nonce: string };
  readonly proof: { readonly proof: string };
  readonly joined: { readonly proof: string };
  readonly client_key_hex: string;
  readonly hub_key_hex: string;
  readonly frame: string;
  readonly sealed: string;
}

test("docs/cluster.md shows a join and a sealed frame as they are, for those who write a client from it", () => {
  const [, text = ""] = /<!-- vector -->\s*```json\n([\s\S]*?)\n```/.exec(readFileSync("docs/cluster.md", "utf8")) ?? [];
  const vector = JSON.parse(text) as Vector;
  const transcript = transcriptOf(vector.join, vector.challenge);
  expect(vector.proof.proof).toBe(proofOf(vector.key, "client", transcript));
  expect(vector.joined.proof).toBe(proofOf(vector.key, "hub", transcript));
  const keys = sessionKeys(vector.key, transcript);
  expect([keys.client.toString("hex"), keys.hub.toString("hex")]).toEqual([vector.client_key_hex, vector.hub_key_hex]);
  expect(vector.sealed).toBe(new FrameSeal(keys.client).seal(vector.frame));
  expect(parseMessage(vector.frame)).toMatchObject({ kind: "message", message: { messageType: "ping" } });
  expect(readJoinFrame(joinRequest, JSON.stringify(vector.join))).toEqual(vector.join);
  expect(readJoinFrame(joinProof, JSON.stringify(vector.proof))).toEqual(vector.proof);
  for (const answer of [vector.challenge, vector.joined]) expect(readJoinFrame(joinAnswer, JSON.stringify(answer))).toBeDefined();
});
