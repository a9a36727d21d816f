import { errors } from "jose";
import { humanDuration } from "../base/duration.ts";
import type { IdentityConfig } from "../model/access.ts";
import { TuttiError, isTuttiError } from "../model/errors.ts";

/** Why a token is refused. What stands in the token is never part of it: messages go to logs and terminals. */
export function refused(reason: string, cause?: unknown): TuttiError<"identity.invalid"> {
  return new TuttiError("identity.invalid", `the token is refused: ${reason}`, { reason }, cause === undefined ? {} : { cause });
}

/** Why nobody can be let in, whatever token he has: that is not the token's fault. */
export function withoutKeys(reason: string, cause: unknown): TuttiError<"identity.invalid"> {
  return new TuttiError("identity.invalid", `no token can be verified: ${reason}`, { reason }, { cause });
}

/** Turns what the library says into what a person can act on. Errors that are none of the library's stay as they are. */
export function refusedBy(error: unknown, { issuer, audience }: IdentityConfig, nowMs: number): unknown {
  if (isTuttiError(error)) return error;
  if (error instanceof errors.JWTExpired) return refused(expiredSince(error.payload.exp, nowMs));
  if (error instanceof errors.JWTClaimValidationFailed) return refused(ofClaim(error, { issuer, audience }, nowMs));
  if (error instanceof errors.JWKSNoMatchingKey) return refused("none of the issuer's keys is the one that it is signed with");
  if (error instanceof errors.JWKSMultipleMatchingKeys)
    return refused("it does not say with which of the issuer's keys it is signed (kid)");
  if (error instanceof errors.JWSSignatureVerificationFailed) return refused("its signature is wrong");
  // The errors of the claims carry the claims; these carry nothing of the token.
  if (error instanceof errors.JOSEError) return refused(`it is no good token (${error.code})`, error);
  // A key that is too short, or not for this algorithm; and one that is no key at all.
  if (error instanceof TypeError || error instanceof DOMException)
    return refused(`the issuer's key cannot be used: ${error.message}`, error);
  return error;
}

function expiredSince(exp: number | undefined, nowMs: number): string {
  return exp === undefined ? "it has expired" : `it expired ${humanDuration(nowMs - exp * 1_000)} ago`;
}

function ofClaim(
  { claim, reason, payload }: InstanceType<typeof errors.JWTClaimValidationFailed>,
  expected: { readonly issuer: string; readonly audience: string },
  nowMs: number,
): string {
  if (claim === "exp") return reason === "missing" ? "it does not say when it expires (exp)" : "its time of expiry (exp) is no number";
  if (claim === "iss") return `it is not from the issuer "${expected.issuer}" (iss)`;
  if (claim === "aud") return `it is not for "${expected.audience}" (aud)`;
  const { nbf } = payload;
  if (claim === "nbf" && typeof nbf === "number") return `it is not valid before ${humanDuration(nbf * 1_000 - nowMs)} from now (nbf)`;
  return `its claim "${claim}" is not right`;
}
