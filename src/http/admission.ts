import { createHash } from "node:crypto";
import type { Clock } from "../base/clock.ts";
import { credentialIn } from "../base/credential-in.ts";
import type { AdmittedCaller, OperationGate } from "../contract/operation-caller.ts";
import { isTuttiError, TuttiError } from "../model/errors.ts";
import type { RateLimit } from "../model/server.ts";
import { HttpRefusal, retryAfter } from "./http-refusal.ts";
import { TokenBuckets } from "./token-buckets.ts";

/** Lets requests in, each for its caller. */
export interface Admission {
  /**
   * @param address - of the machine that asks
   * @throws TuttiError as {@link OperationGate}; HttpRefusal `http.too-many`, `http.malformed`
   */
  admit(headers: Headers, address: string, signal: AbortSignal): Promise<AdmittedCaller>;
  /** @throws HttpRefusal `http.too-many` - too many requests of this address were refused lately */
  refuseGuessing(address: string): void;
  /** Somebody there was refused elsewhere. */
  guessed(address: string): void;
}

export interface AdmissionPorts {
  readonly gate: OperationGate;
  readonly clock: Pick<Clock, "monotonicMs">;
}

/** Whoever guesses does so slowly, and does not fill the audit log. */
const REFUSED_RATE: RateLimit = { count: 10, perMs: 10_000 };

/** Lets in whom the gate lets in, and hears an address no more for a while that was refused too often. */
export function openAdmission({ gate, clock }: AdmissionPorts): Admission {
  const refused = new TokenBuckets(REFUSED_RATE, clock);
  const welcome = new WelcomeCredentials();
  const refuseGuessing = (address: string): void => {
    const waitMs = gate.asks ? refused.waitMs(address) : undefined;
    if (waitMs !== undefined) throw tooMany(waitMs, "too many requests of this address were refused");
  };
  return {
    refuseGuessing,
    guessed: (address) => void refused.take(address),
    async admit(headers, address, signal) {
      const credential = credentialOf(headers);
      // Many share an address: one of them whose credential is bad does not keep out the others.
      if (!welcome.has(credential)) refuseGuessing(address);
      try {
        const caller = await admitted(gate, credential, signal);
        welcome.add(credential);
        return caller;
      } catch (error) {
        // Whoever comes too often is known.
        if (isTuttiError(error) && !isTuttiError(error, "rate.limited")) {
          refused.take(address);
          welcome.delete(credential);
        }
        throw error;
      }
    },
  };
}

const WELCOME_MAX = 1_000;

/** Credentials that were let in when they were last shown, by their hashes. */
class WelcomeCredentials {
  readonly #hashes = new Set<string>();

  has(credential: string | undefined): boolean {
    return credential !== undefined && this.#hashes.has(hashOf(credential));
  }

  add(credential: string | undefined): void {
    if (credential === undefined) return;
    this.#hashes.add(hashOf(credential));
    if (this.#hashes.size > WELCOME_MAX) for (const oldest of this.#hashes) return void this.#hashes.delete(oldest);
  }

  delete(credential: string | undefined): void {
    if (credential !== undefined) this.#hashes.delete(hashOf(credential));
  }
}

function hashOf(credential: string): string {
  return createHash("sha256").update(credential).digest("base64");
}

const CREDENTIAL_HEADERS = ["authorization", "x-api-key", "sec-websocket-protocol"] as const;

/**
 * The token or key that a request shows, if it shows one.
 *
 * @throws HttpRefusal `http.malformed` - it shows two that differ, or one of a kind that is not known
 */
function credentialOf(headers: Headers): string | undefined {
  const [authorization, apiKey, protocols] = CREDENTIAL_HEADERS.map((name) => headers.get(name) ?? undefined);
  const credential = credentialIn({ authorization, apiKey, protocols });
  if (authorization === undefined) return credential;
  if (credentialIn({ authorization }) === undefined)
    throw new HttpRefusal("http.malformed", 'Authorization must be "Bearer" and one token or API key');
  if (apiKey !== undefined && apiKey !== credential)
    throw new HttpRefusal("http.malformed", "Authorization and X-API-Key say different things: send one");
  return credential;
}

async function admitted(gate: OperationGate, credential: string | undefined, signal: AbortSignal): Promise<AdmittedCaller> {
  try {
    return await gate.admit(credential, signal);
  } catch (error) {
    // The gate explains how commands are given a token.
    if (credential !== undefined || !isTuttiError(error, "identity.invalid")) throw error;
    const message = "say who you are: send a token as Authorization: Bearer, or an API key as X-API-Key";
    throw new TuttiError("identity.invalid", message, error.details, { cause: error });
  }
}

function tooMany(waitMs: number, message: string): HttpRefusal {
  return new HttpRefusal("http.too-many", message, { "retry-after": retryAfter(waitMs) });
}
