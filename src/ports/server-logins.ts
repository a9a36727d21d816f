import type { JsonObject } from "../base/json.ts";

/** Remembers with what Tutti is logged in to servers. What is kept is as good as a password. */
export interface ServerLogins {
  /** Undefined when there is nothing. */
  read(server: string): Promise<JsonObject | undefined>;
  /** Durable when it resolves. */
  write(server: string, login: JsonObject): Promise<void>;
  remove(server: string): Promise<void>;
  /** Runs a task while nobody else runs one for the same server, in whatever process. Rejects with the signal's reason. */
  exclusively<Result>(server: string, task: () => Promise<Result>, signal: AbortSignal): Promise<Result>;
}

/** Takes a person to the page where he logs in, and waits until he has been sent back. */
export interface LoginAssistant {
  /** Where the page sends him back to. */
  readonly redirectUrl: string;
  /** @returns what the page sent along (`code`, `state`, `iss`, or `error`) */
  visit(server: string, page: URL, signal: AbortSignal): Promise<URLSearchParams>;
}
