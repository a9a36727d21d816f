import { TuttiError } from "../model/errors.ts";
import { isLocalAddress } from "../model/local-address.ts";

/** How a hub is to be joined. */
export interface HubAccess {
  readonly key: string | undefined;
  /** A certificate of one's own is configured. */
  readonly certified: boolean;
  readonly insecure: boolean;
}

/**
 * @throws TuttiError `usage` - it is no address of a hub, what is sent could be read by others, or nothing would tell who
 * joins
 */
export function checkHubUrl(url: string, access: HubAccess): void {
  const fault = isHubUrl(url)
    ? faultOf(url, access)
    : `--join takes the address of a hub, such as ws://127.0.0.1:8080 or wss://hub.example.org:8080, not "${url}"`;
  if (fault !== undefined) throw new TuttiError("usage", fault, {});
}

function isHubUrl(url: string): boolean {
  const parsed = URL.parse(url);
  if (parsed === null || !/^wss?:$/.test(parsed.protocol)) return false;
  return parsed.pathname === "/" && parsed.search === "" && parsed.username === "" && parsed.hash === "";
}

function faultOf(url: string, { key, certified, insecure }: HubAccess): string | undefined {
  const encrypted = URL.parse(url)?.protocol === "wss:";
  if (!encrypted && !isLocalAddress(url) && !insecure) {
    return `${url} leaves this machine unencrypted, and arguments may hold secrets: use wss://, or --insecure where the network is trusted`;
  }
  if (key !== undefined || (encrypted && certified)) return undefined;
  const orElse = encrypted ? ", or cluster.tls to a certificate of this machine" : "";
  return `nothing tells the hub who joins: set cluster.key in tutti.yaml to the key of the cluster${orElse}`;
}
