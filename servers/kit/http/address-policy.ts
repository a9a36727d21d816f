import ipaddr from "ipaddr.js";

/** What of the network an address belongs to: all of it, a network of our own, or nothing that anybody should be sent to. */
export type AddressKind = "public" | "private" | "forbidden";

/** What may be reached when the operator has named the place: this machine, and networks behind it. */
const PRIVATE: ReadonlySet<string> = new Set(["loopback", "private", "uniqueLocal", "carrierGradeNat"]);

/** Public by their numbers, but they answer to the machine that asks with what nobody else should know. */
const METADATA: ReadonlySet<string> = new Set(["168.63.129.16", "100.100.100.200", "fd00:ec2::254"]);

/**
 * What an address is, as it is given by a resolver or stands in a URL. Forms that carry an IPv4 address in an IPv6 one
 * (mapped, compatible, 6to4, NAT64, Teredo) are forbidden whatever they carry: no service is reached only by those.
 */
export function addressKind(address: string): AddressKind {
  if (!ipaddr.isValid(address)) return "forbidden";
  const parsed = ipaddr.parse(address);
  if (METADATA.has(parsed.toString())) return "forbidden";
  const range = parsed.range();
  if (range === "unicast") return parsed instanceof ipaddr.IPv6 && !isGlobal(parsed) ? "forbidden" : "public";
  return PRIVATE.has(range) ? "private" : "forbidden";
}

/** All of IPv6 that is given out is in 2000::/3: the rest is, at best, not yet anything. */
function isGlobal(address: ipaddr.IPv6): boolean {
  return ((address.parts[0] ?? 0) & 0xe000) === 0x2000;
}
