import { decodeProtectedHeader, jwtVerify } from "jose";
import type { JWTPayload } from "jose";
import type { Clock } from "../base/clock.ts";
import type { Identity, IdentityConfig } from "../model/access.ts";
import { identityOf } from "./identity-of-claims.ts";
import { openKeySource } from "./key-source.ts";
import type { KeySource } from "./key-source.ts";
import { refused, refusedBy } from "./token-refusal.ts";

/** Finds out who asks. */
export interface TokenVerifier {
  /**
   * @throws TuttiError `identity.invalid` - the token does not hold, or the keys cannot be had; `tenant.invalid` - it names
   * no tenant, or several
   */
  verify(token: string, signal: AbortSignal): Promise<Identity>;
}

/** Tokens are kept in one header or variable, and have a few hundred characters. */
const TOKEN_LENGTH_MAX = 16 * 1024;

/** How far the clocks of the issuer and of this machine may be apart. */
const CLOCK_TOLERANCE_S = 30;

// With a shared secret whoever verifies could make tokens too, and a public key would be taken for such a secret.
const ALGORITHMS: readonly string[] = "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519".split(" ");

const ALGORITHMS_DEFAULT: readonly string[] = ["RS256", "PS256", "ES256", "ES384", "EdDSA"];

/** What a token that says who asks may call itself. Other kinds (of a logout, of a key) are signed by the same issuer. */
const TYPES: readonly string[] = ["jwt", "at+jwt", "application/jwt", "application/at+jwt"];

/** Prepares the verification of tokens. Keys are read when they are first needed. */
export function openTokenVerifier(config: IdentityConfig, clock: Clock): TokenVerifier {
  const algorithms = (config.algorithms ?? ALGORITHMS_DEFAULT).filter((algorithm) => ALGORITHMS.includes(algorithm));
  const keys = openKeySource(config.keys, clock);
  return {
    async verify(token, signal) {
      checkForm(token, algorithms);
      const claims = await verifiedClaims(token, { config, algorithms, keys, clock });
      signal.throwIfAborted();
      return identityOf(claims, config.tenantClaim);
    },
  };
}

interface Verification {
  readonly config: IdentityConfig;
  readonly algorithms: readonly string[];
  readonly keys: KeySource;
  readonly clock: Clock;
}

async function verifiedClaims(token: string, { config, algorithms, keys, clock }: Verification): Promise<JWTPayload> {
  const nowMs = clock.nowMs();
  try {
    const { payload } = await jwtVerify(token, async (header) => await keys.find(header), {
      algorithms: [...algorithms],
      issuer: config.issuer,
      audience: config.audience,
      requiredClaims: ["exp"],
      clockTolerance: CLOCK_TOLERANCE_S,
      currentDate: new Date(nowMs),
    });
    return payload;
  } catch (error) {
    throw refusedBy(error, config, nowMs);
  }
}

/** Nothing of what stands in a token is believed here; what can be no good token is told apart, so that a person knows why. */
function checkForm(token: string, algorithms: readonly string[]): void {
  if (token.length > TOKEN_LENGTH_MAX) throw refused(`it has ${token.length} characters; a token has at most ${TOKEN_LENGTH_MAX}`);
  if (/^bearer\s/i.test(token)) throw refused('it begins with "Bearer": give the token alone');
  if (!/^[\w-]+\.[\w-]+\.[\w-]*$/.test(token)) throw refused("it is no signed token: that has three parts with dots between them");
  const { alg, typ } = headerOf(token);
  if (token.endsWith(".") || typeof alg !== "string" || alg.toLowerCase() === "none") throw refused("it is not signed");
  if (!algorithms.includes(alg)) throw refused(`it is signed in a way that is not accepted; accepted are ${algorithms.join(", ")}`);
  if (typ !== undefined && (typeof typ !== "string" || !TYPES.includes(typ.toLowerCase()))) {
    throw refused("it is a token for something else: its type is neither JWT nor at+jwt");
  }
}

function headerOf(token: string): { readonly alg?: unknown; readonly typ?: unknown } {
  try {
    return decodeProtectedHeader(token);
  } catch (cause) {
    throw refused("it is no signed token: its first part cannot be read", cause);
  }
}
