/** The claims of a token whose signature, issuer, audience and expiry hold. */
export type Claims = Readonly<Record<string, unknown>>;
