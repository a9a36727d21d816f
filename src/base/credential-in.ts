/** Of WebSockets that browsers open: they cannot set headers, but name protocols. */
const CREDENTIAL_PROTOCOL = "bearer.";

/** Where credentials are looked for. */
export interface CredentialHeaders {
  readonly authorization?: string | undefined;
  readonly apiKey?: string | undefined;
  /** The protocols that a WebSocket is opened with. */
  readonly protocols?: string | undefined;
}

/**
 * The token or API key that a client shows: `Authorization: Bearer ...`, `X-API-Key: ...`, or for a WebSocket a protocol
 * `bearer.` with the credential in base64url. Undefined for none.
 */
export function credentialIn({ authorization, apiKey, protocols }: CredentialHeaders): string | undefined {
  const bearer = /^bearer +([^\s,]+) *$/i.exec(authorization ?? "")?.[1];
  if (bearer !== undefined) return bearer;
  if (apiKey !== undefined && apiKey !== "") return apiKey;
  const named = protocols
    ?.split(",")
    .map((name) => name.trim())
    .find((name) => name.startsWith(CREDENTIAL_PROTOCOL));
  return named === undefined ? undefined : Buffer.from(named.slice(CREDENTIAL_PROTOCOL.length), "base64url").toString("utf8");
}
