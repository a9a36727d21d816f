import { lookup as systemLookup } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import { callbackify } from "node:util";
import { Agent, buildConnector } from "undici";
import { refuse } from "../reference-server.ts";
import { addressKind } from "./address-policy.ts";
import { type PlacePolicy, portOf } from "./place-policy.ts";

/** All addresses of a name. */
export type Resolver = (host: string) => Promise<readonly ResolvedAddress[]>;

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

interface AgentOptions {
  readonly timeoutMs: number;
  readonly resolve?: Resolver;
}

/**
 * Opens connections only to addresses that may be asked. A name is resolved once for each connection, all its addresses
 * are looked at, and the socket gets these and does not ask again. Knows no proxy.
 */
export function guardedAgent(policy: PlacePolicy, { timeoutMs, resolve = ofThisMachine }: AgentOptions): Agent {
  const connectorFor = (ours: boolean): buildConnector.connector =>
    buildConnector({ timeout: timeoutMs, allowH2: false, lookup: guardedLookup(resolve, ours) });
  const connectors = { ours: connectorFor(true), others: connectorFor(false) };
  return new Agent({
    allowH2: false,
    connections: 16,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    connect(options, callback) {
      const ours = policy.mayBePrivate(options.hostname, portOf(options));
      // A host that is an address is never looked up.
      const problem = isIP(options.hostname) === 0 ? undefined : problemOf(options.hostname, options.hostname, ours);
      if (problem !== undefined) return callback(problem, null);
      return (ours ? connectors.ours : connectors.others)(options, callback);
    },
  });
}

function guardedLookup(resolve: Resolver, ours: boolean): LookupFunction {
  const addressesOf = callbackify(async (host: string) => await checked(host, resolve, ours));
  return (host, { all }, callback) => {
    addressesOf(host, (error, addresses) => {
      // With an error there are none, whatever the type says.
      const [first] = addresses ?? [];
      if (first === undefined) callback(error, []);
      else if (all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

async function checked(host: string, resolve: Resolver, ours: boolean): Promise<[ResolvedAddress, ...ResolvedAddress[]]> {
  const [first, ...others] = (await resolve(host)).map(({ address, family }) => ({ address, family }));
  if (first === undefined) throw refuse(`${host} has no address`);
  for (const { address } of [first, ...others]) {
    const problem = problemOf(host, address, ours);
    if (problem !== undefined) throw problem;
  }
  return [first, ...others];
}

function problemOf(host: string, address: string, ours: boolean): Error | undefined {
  const kind = addressKind(address);
  if (kind === "public" || (ours && kind === "private")) return undefined;
  return refuse(host === address ? `${host} is no public address` : `${host} is ${address}, which is no public address`);
}

async function ofThisMachine(host: string): Promise<readonly ResolvedAddress[]> {
  return await systemLookup(host, { all: true });
}
