import { hash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { Clock } from "../base/clock.ts";
import type { Ms } from "../base/duration.ts";
import { canonicalJson, type Json, type JsonObject, jsonSize } from "../base/json.ts";
import type { Meta } from "../envelope/meta.ts";
import type { MachineChoice, SecretUse } from "../model/call.ts";

const ANSWERS_MAX = 1_000;

/** Of one answer, encoded. Larger ones are not kept. */
const ANSWER_MAX_BYTES = 256 * 1024;

/** Of all answers together, encoded; in memory that may be three times as much. */
const TOTAL_MAX_BYTES = 32 * 1024 * 1024;

/** What an answer takes beside its content. */
const ENTRY_BYTES = 500;

/** Answers of earlier calls, the last ones that were asked for, by the key of their question. */
export interface AnswerMemory {
  recall(key: string): { readonly output: Json; readonly ageMs: Ms } | undefined;
  keep(key: string, output: Json): void;
}

export function answerMemory(clock: Pick<Clock, "monotonicMs">): AnswerMemory {
  const answers = new LRUCache<string, { readonly output: Json; readonly atMs: Ms }>({
    max: ANSWERS_MAX,
    maxSize: TOTAL_MAX_BYTES,
    maxEntrySize: ANSWER_MAX_BYTES,
    sizeCalculation: ({ output }) => ENTRY_BYTES + jsonSize(output, ANSWER_MAX_BYTES),
  });
  return {
    recall(key) {
      const answer = answers.get(key);
      return answer === undefined ? undefined : { output: answer.output, ageMs: clock.monotonicMs() - answer.atMs };
    },
    keep: (key, output) => void answers.set(key, { output, atMs: clock.monotonicMs() }),
  };
}

/** What an answer depends on. */
export interface Question {
  readonly server: string;
  readonly tool: string;
  readonly input: JsonObject;
  /** What is put into the arguments at the last moment. */
  readonly secrets?: readonly SecretUse[];
  /** On which machines it may be asked: what they know is not the same. */
  readonly machines?: MachineChoice | undefined;
  /** For whom it is asked. Its tenant always counts. */
  readonly meta: Meta;
  /** Whether its user counts as well: where the answer may depend on who asks. */
  readonly ofUser: boolean;
}

/** The same for questions that have the same answer. Nobody gets one that was given to another tenant. */
export function questionKey({ server, tool, input, secrets = [], machines, meta, ofUser }: Question): string {
  const filledIn = secrets.map(({ path, parts }): Json => [path, parts]);
  const places = machines === undefined ? null : [machines.targets, machines.others];
  return hash("sha256", canonicalJson([server, tool, input, filledIn, places, meta.tenant ?? null, ofUser ? claimsOf(meta) : null]));
}

function claimsOf({ security = {}, sessionId, onBehalfOf }: Meta): Json {
  const { userId = null, roles = [], permissions = [] } = security;
  return [userId, security.sessionId ?? sessionId ?? null, [...roles].sort(), [...permissions].sort(), { ...onBehalfOf }];
}
