import { isJsonObject } from "../base/json.ts";
import type { Json } from "../base/json.ts";
import { isLocalAddress } from "../model/local-address.ts";
import { homeReplicas } from "../model/replica.ts";
import type { SecurityDemand, ServerAddress, ServerConfig, TlsConfig } from "../model/server.ts";

/** What a decision about a server takes, beside its configuration. */
export interface SecurityFacts {
  readonly demands: readonly SecurityDemand[];
  readonly nowMs: number;
  /** For connections that have no certificates of their own. */
  readonly tls?: TlsConfig | undefined;
  /** Why nothing can be written to the audit log; undefined when it can. */
  readonly auditFault?: string | undefined;
}

/**
 * What a server is not, of all that the configuration demands, one sentence each; none when it may be used. It is asked
 * for nothing: a server that must not be used is not to learn of it, and even less is it to be sent a token.
 */
export function securityFaults(server: ServerConfig, facts: SecurityFacts): readonly string[] {
  const { demands, auditFault } = facts;
  const replicas = homeReplicas(server);
  const faults = replicas.flatMap(({ name, connection }) => {
    const who = replicas.length === 1 ? `server "${server.name}"` : `replica "${name}" of server "${server.name}"`;
    const why = [
      ...(demands.includes("authenticated") ? [unauthenticated(connection, facts)] : []),
      ...(demands.includes("encrypted") ? [unencrypted(connection)] : []),
    ];
    return why.flatMap((fault) => (fault === undefined ? [] : [`${who} ${fault}`]));
  });
  const unaudited = demands.includes("audited") && auditFault !== undefined;
  return unaudited
    ? [...faults, `calls of server "${server.name}" must be audited, and the audit log cannot be written: ${auditFault}`]
    : faults;
}

/** A child process is ours; whoever is elsewhere must be shown who asks. */
function unauthenticated(connection: ServerAddress, { nowMs, tls }: SecurityFacts): string | undefined {
  // A machine has shown the key of the cluster, or its certificate, or it would not be there.
  if (connection.kind === "stdio" || connection.kind === "machine" || connection.kind === "built-in") return undefined;
  const credentials = Object.entries(connection.headers).filter(([name]) => CREDENTIAL.test(name));
  const given = credentials.filter(([, value]) => value.replace(/^(bearer|basic|token)(\s|$)/i, "").trim() !== "");
  for (const [name, value] of given) {
    const fault = tokenFault(value, nowMs);
    if (fault !== undefined) return `must be authenticated, and the token in its header "${name}" ${fault}`;
  }
  if (given.length > 0 || showsCertificate(connection, tls)) return undefined;
  const [empty] = credentials;
  if (empty !== undefined) return `must be authenticated, and its header "${empty[0]}" has no credential`;
  return 'must be authenticated, and has neither a header such as "Authorization" or "X-API-Key" nor a client certificate';
}

const CREDENTIAL = /^(authorization|(x-)?api-?key|x-(auth|access)-token)$/i;

function showsCertificate(
  connection: Exclude<ServerAddress, { kind: "stdio" | "machine" | "built-in" }>,
  forAll: TlsConfig | undefined,
): boolean {
  const tls = connection.tls ?? forAll;
  return speaksTls(connection.url) && tls?.certFile !== undefined && tls.keyFile !== undefined;
}

function unencrypted(connection: ServerAddress): string | undefined {
  if (connection.kind === "machine")
    return connection.encrypted ? undefined : "must be encrypted, and the connections of the cluster have no TLS";
  if (connection.kind === "stdio" || connection.kind === "built-in" || isLocalAddress(connection.url) || speaksTls(connection.url))
    return undefined;
  return "must be encrypted, and its address begins neither with https:// nor with wss://";
}

function speaksTls(url: string): boolean {
  return /^(https|wss):/i.test(url);
}

/** Only the time of a token can be judged from here, and only of one that tells it: a JWT. */
function tokenFault(credential: string, nowMs: number): string | undefined {
  const claims = claimsOf(/\S+$/.exec(credential)?.[0] ?? "");
  const expiresMs = milliseconds(claims?.["exp"]);
  const beginsMs = milliseconds(claims?.["nbf"]);
  if (expiresMs !== undefined && expiresMs <= nowMs) return `has expired at ${new Date(expiresMs).toISOString()}`;
  return beginsMs !== undefined && beginsMs > nowMs ? `is not valid before ${new Date(beginsMs).toISOString()}` : undefined;
}

function claimsOf(token: string): { readonly [claim: string]: Json } | undefined {
  const [, payload, signature] = /^[\w-]+\.([\w-]+)\.([\w-]*)$/.exec(token) ?? [];
  if (payload === undefined || signature === undefined) return undefined;
  try {
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as Json;
    return isJsonObject(claims) ? claims : undefined;
  } catch {
    return undefined;
  }
}

/** A moment that no date can have is none. */
function milliseconds(seconds: Json | undefined): number | undefined {
  return typeof seconds === "number" && Math.abs(seconds) <= 8_640_000_000_000 ? seconds * 1_000 : undefined;
}
