import type { Clock } from "../base/clock.ts";
import { TuttiError } from "../model/errors.ts";
import { isLocalHost } from "../model/open-host.ts";
import { LOCAL_MACHINE } from "../model/machine.ts";
import type { ClusterSettings } from "../model/serve-settings.ts";
import type { Log } from "../ports/log.ts";
import type { MachineStore } from "../ports/machine-store.ts";
import type { Machines } from "../ports/machines.ts";
import { ClusterHub, type StatusUpdate } from "./cluster-hub.ts";
import { HubConnection } from "./hub-connection.ts";
import { listenCluster } from "./listen-cluster.ts";
import { type LocalMachine, MachineRegistry } from "./machine-registry.ts";
import { UsedNonces } from "./used-nonces.ts";

/** What a cluster needs to know of the process that is its hub. */
export interface ClusterOptions {
  readonly settings: ClusterSettings;
  readonly clock: Clock;
  readonly log: Log;
  readonly local: LocalMachine;
  readonly store: MachineStore;
}

/** The hub of a cluster. Disposing says farewell to everybody; what machines were doing then is in doubt. */
export interface Cluster extends AsyncDisposable {
  /** Where machines join. */
  readonly url: string;
  readonly machines: Machines;
  /** Tells everybody who has joined. Returns at once; who is slow only gets the latest status of each execution. */
  broadcastStatus(update: StatusUpdate): void;
}

const DEFAULTS = { host: "127.0.0.1", port: 8_080, heartbeatMs: 30_000, offlineAfterMs: 90_000 };
const KEY_CHARACTERS_MIN = 32;

/**
 * Listens for machines and listeners.
 *
 * @throws TuttiError `usage` - nothing would tell who joins, or what is sent could be read on its way; `port.taken`
 */
export async function openCluster({ settings, clock, log, local, store }: ClusterOptions): Promise<Cluster> {
  const { host = DEFAULTS.host, port = DEFAULTS.port, key, tls } = settings;
  const { heartbeatMs = DEFAULTS.heartbeatMs, offlineAfterMs = DEFAULTS.offlineAfterMs } = settings;
  checkSettings(settings, host);
  const registry = new MachineRegistry({ clock, local, store, offlineAfterMs, log, silent: (machineId) => hub.endSilent(machineId) });
  const hub = new ClusterHub({ registry, clock, log });
  const objection = hub.objection.bind(hub);
  const rules = { hubName: LOCAL_MACHINE, key, heartbeatMs, clock, nonces: new UsedNonces(), objection };
  const listener = await listenCluster({
    host,
    port,
    tls,
    clock,
    note: (text) => log.write("warn", "the certificate of the cluster", { reason: text }),
    full: () => hub.full,
    take: (socket, wire, certified) => hub.add(new HubConnection({ socket, wire, clock, log, rules, certified, hub })),
  });
  log.write("info", "machines can join", { url: listener.url });
  return {
    url: listener.url,
    machines: hub,
    broadcastStatus: (update) => hub.broadcastStatus(update),
    async [Symbol.asyncDispose]() {
      await hub.close();
      registry[Symbol.dispose]();
      await listener[Symbol.asyncDispose]();
    },
  };
}

function checkSettings({ key, tls, insecure }: ClusterSettings, host: string): void {
  if (key === undefined && tls?.caFile === undefined) {
    throw new TuttiError(
      "usage",
      "a cluster needs something that tells who joins: cluster.key, or cluster.tls with a ca for the certificates of machines",
      {},
    );
  }
  if (key !== undefined && key.length < KEY_CHARACTERS_MIN) {
    throw new TuttiError(
      "usage",
      `cluster.key has ${key.length} characters, and must have at least ${KEY_CHARACTERS_MIN}: \`openssl rand -base64 32\` makes one`,
      {},
    );
  }
  if (isLocalHost(host) || tls !== undefined || insecure === true) return;
  const message = `a cluster that listens at ${host} needs cluster.tls: arguments with secrets in them would leave this machine unencrypted. Say "insecure: true" there where the network is trusted`;
  throw new TuttiError("usage", message, {});
}
