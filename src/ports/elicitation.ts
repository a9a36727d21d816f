import type { JsonObject } from "../base/json.ts";

/** Asks a person what a server wants to know in the middle of a call. */
export interface Elicitor {
  /** Undefined when nobody can be asked: the call then fails and says so. */
  ask(question: ElicitationQuestion, signal: AbortSignal): Promise<ElicitationAnswer | undefined>;
}

export interface ElicitationQuestion {
  readonly server: string;
  readonly message: string;
  /** A flat JSON Schema object: the fields to fill in. Absent when the server wants a web page opened. */
  readonly schema?: JsonObject;
  readonly url?: string;
}

export type ElicitationAnswer = { readonly action: "accept"; readonly content?: JsonObject } | { readonly action: "decline" | "cancel" };
