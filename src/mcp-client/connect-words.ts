import type { LoadTls } from "./connection-tls.ts";

/** Why there is no connection to a server, or no TLS on it, in words. Continues "it cannot be reached:". */
export function connectWords(error: unknown): string {
  // A name with several addresses gives one error for all of them, without a message of its own.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  if (!(first instanceof Error)) return "no connection";
  const code = codeOf(first);
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return `its certificate is for another name (${"reason" in first ? String(first.reason) : ""})`;
  const words = CERTIFICATE_WORDS[code] ?? alertWords(code) ?? PROTOCOL_WORDS[code];
  return words ?? (first.message === "" ? "no connection" : first.message);
}

/** Whether the other side has ended TLS before it looked at anything else, because of the certificate of this side. */
export function isRefusedByTls(error: unknown): boolean {
  return error instanceof Error && alertWords(codeOf(error)) !== undefined;
}

/** Of a connection that was cut before anything was answered. Over TLS, servers do so without saying why. */
export async function cutWords(message: string, url: string, tls: LoadTls): Promise<string> {
  if (!/^(https|wss):/i.test(url)) return message;
  const { cert } = (await tls()).current().options;
  return `${message} (it may ${cert === undefined ? "want a" : "not take our"} client certificate)`;
}

/** What OpenSSL finds is in the code of an error, or, when it happened while something was written, only in its message. */
function codeOf(error: Error): string {
  const reason = /:SSL routines:[^:]*:([^:]+):/.exec(error.message)?.[1];
  if (reason !== undefined) return `ERR_SSL_${reason.toUpperCase().replaceAll(" ", "_")}`;
  return "code" in error ? String(error.code) : "";
}

/** What the other side says in an alert, whatever the version of TLS and of OpenSSL call it. */
function alertWords(code: string): string | undefined {
  return ALERT_WORDS[/^ERR_SSL_.*ALERT_(.+)$/.exec(code)?.[1] ?? ""];
}

const UNKNOWN_AUTHORITY = "its certificate comes from an authority that is not known here: the `ca` of `tls` says whom to believe";

const CERTIFICATE_WORDS: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is self-signed: to believe it, it must be the `ca` of `tls`",
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  CERT_SIGNATURE_FAILURE: "its certificate was not signed by the authority that it names",
  CERT_HAS_EXPIRED: "its certificate has expired",
  CERT_NOT_YET_VALID: "its certificate is not valid yet",
  CERT_REVOKED: "its certificate was revoked",
  INVALID_PURPOSE: "its certificate is not made for servers",
};

const ALERT_WORDS: Readonly<Record<string, string>> = {
  CERTIFICATE_REQUIRED: "it wants a client certificate: the `cert` and `key` of `tls`",
  HANDSHAKE_FAILURE: "it refused the handshake of TLS; it may want a client certificate: the `cert` and `key` of `tls`",
  BAD_CERTIFICATE: "it does not take our client certificate",
  UNSUPPORTED_CERTIFICATE: "it does not take our client certificate",
  CERTIFICATE_UNKNOWN: "it does not take our client certificate",
  CERTIFICATE_REVOKED: "our client certificate was revoked",
  CERTIFICATE_EXPIRED: "our client certificate has expired",
  UNKNOWN_CA: "our client certificate comes from an authority that it does not know",
  ACCESS_DENIED: "it denies access to our client certificate",
};

const NO_TLS = "it does not speak TLS there";
const OLD_TLS = "it speaks no TLS of version 1.2 or later";

const PROTOCOL_WORDS: Readonly<Record<string, string>> = {
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
  ERR_SSL_HTTP_REQUEST: NO_TLS,
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: OLD_TLS,
  ERR_SSL_UNSUPPORTED_PROTOCOL: OLD_TLS,
};
