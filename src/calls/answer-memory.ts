import { LRUCache } from "lru-cache";
import type { Clock } from "../base/clock.ts";
import { canonicalJson, type Json, type JsonObject, jsonExceeds } from "../base/json.ts";
import type { Meta } from "../envelope/meta.ts";

const ANSWERS_MAX = 1_000;

/** Larger answers are not kept. With their number this bounds the memory to about 250 MB at the very worst. */
const ANSWER_MAX_BYTES = 256 * 1024;

/** Answers of earlier calls, the last ones. Nobody gets one that was given to another tenant. */
export interface AnswerMemory {
  recall(question: Question): { readonly output: Json; readonly ageMs: number } | undefined;
  keep(question: Question, output: Json): void;
}

/** What an answer depends on. */
export interface Question {
  readonly server: string;
  readonly tool: string;
  readonly input: JsonObject;
  /** For whom it is asked. Its tenant always counts. */
  readonly meta: Meta;
  /** Whether its user counts as well: where the answer may depend on who asks. */
  readonly ofUser: boolean;
}

export function answerMemory(clock: Clock): AnswerMemory {
  const answers = new LRUCache<string, { readonly output: Json; readonly atMs: number }>({ max: ANSWERS_MAX });
  return {
    recall(question) {
      const answer = answers.get(keyOf(question));
      return answer === undefined ? undefined : { output: answer.output, ageMs: clock.nowMs() - answer.atMs };
    },
    keep(question, output) {
      if (!jsonExceeds(output, ANSWER_MAX_BYTES)) answers.set(keyOf(question), { output, atMs: clock.nowMs() });
    },
  };
}

function keyOf({ server, tool, input, meta, ofUser }: Question): string {
  return canonicalJson([server, tool, input, meta.tenant ?? null, ofUser ? claimsOf(meta) : null]);
}

function claimsOf({ security = {}, sessionId, onBehalfOf }: Meta): Json {
  const { userId = null, roles = [], permissions = [] } = security;
  return [userId, security.sessionId ?? sessionId ?? null, [...roles].sort(), [...permissions].sort(), { ...onBehalfOf }];
}
