import { defined } from "../base/defined.ts";
import { printDuration } from "../base/duration.ts";
import { report, within } from "../definition/reading.ts";
import type { Reading } from "../definition/reading.ts";
import { isLocalHost } from "../model/open-host.ts";
import type { ClusterSettings } from "../model/serve-settings.ts";
import { handlerConfig } from "./check-config.ts";
import type { ClusterEntry } from "./cluster-entry.ts";
import { absolutePath, expanded } from "./entry-surroundings.ts";
import type { EntrySurroundings } from "./entry-surroundings.ts";
import { listenTlsConfig } from "./listen-tls-config.ts";
import { bareHost } from "./serve-config.ts";

const HEARTBEAT_MS = 30_000;
const OFFLINE_AFTER_MS = 90_000;
const KEY_LENGTH_MIN = 32;

/** Makes the final settings of a cluster. What contradicts itself, and a key that anybody could guess, is reported. */
export function clusterConfig(entry: ClusterEntry, reading: Reading, around: EntrySurroundings): ClusterSettings {
  const { host, port, tls, heartbeat, offlineAfter, taskTypes = {} } = entry;
  checkTimes(entry, reading);
  checkProof(entry, reading);
  for (const [type, handler] of Object.entries(taskTypes)) handlerConfig(handler, within(within(reading, "task_types"), type));
  return {
    taskTypes,
    ...(entry.insecure === true ? { insecure: true } : {}),
    ...defined({
      host: host === undefined ? undefined : bareHost(host),
      port,
      key: sharedKey(entry, reading, around),
      tls: tls === undefined ? undefined : listenTlsConfig(tls, within(reading, "tls"), around),
      heartbeatMs: heartbeat,
      offlineAfterMs: offlineAfter,
    }),
  };
}

/** Machines must be able to prove who they are, and nobody on the way should read what they send. */
function checkProof({ host, key, keyFile, tls, insecure }: ClusterEntry, reading: Reading): void {
  if (key === undefined && keyFile === undefined && tls?.ca === undefined) {
    const message = '"key" is missing: without a shared key, or "tls" with "ca", anybody could say that they are a machine';
    report(reading, "missing-key", message, { atKey: true });
  }
  if (host !== undefined && !isLocalHost(host) && tls === undefined && insecure !== true) {
    const message = `what machines send one another leaves this machine unencrypted at "${host}": give "tls", or say "insecure: true" where the network is trusted`;
    report(within(reading, "host"), "unencrypted", message);
  }
}

function checkTimes(entry: ClusterEntry, reading: Reading): void {
  const { heartbeat = HEARTBEAT_MS, offlineAfter = OFFLINE_AFTER_MS } = entry;
  if (heartbeat === 0) report(within(reading, "heartbeat"), "out-of-range", '"heartbeat" must be longer than nothing');
  else if (offlineAfter <= heartbeat) {
    const message = `a machine that says every ${printDuration(heartbeat)} that it is there would be offline after ${printDuration(offlineAfter)}: "offline_after" must be longer than "heartbeat"`;
    report(within(reading, entry.offlineAfter === undefined ? "heartbeat" : "offline_after"), "contradiction", message);
  }
}

/** Undefined when there is none, or none that would do, which has been reported then. */
function sharedKey({ key, keyFile }: ClusterEntry, reading: Reading, around: EntrySurroundings): string | undefined {
  const at = within(reading, key === undefined ? "key_file" : "key");
  if (key !== undefined && keyFile !== undefined) {
    return report(within(reading, "key_file"), "contradiction", 'a cluster has a "key" or a "key_file", not both', { atKey: true });
  }
  const shared = key === undefined ? keyIn(keyFile, at, around) : keyFrom(key, at, around);
  if (shared === undefined || shared.length >= KEY_LENGTH_MIN) return shared;
  const message = `the key of a cluster has at least ${KEY_LENGTH_MIN} characters, and this one has ${shared.length}: "openssl rand -hex 32" makes a good one`;
  return report(at, "weak-key", message);
}

/** A key that stands in a file goes wherever the file goes. */
function keyFrom(key: string, reading: Reading, { variables }: EntrySurroundings): string | undefined {
  const [, variable] = /^\$\{(?:env:)?([A-Za-z_][A-Za-z0-9_]*)\}$/.exec(key) ?? [];
  if (variable === undefined) {
    const message = 'a key does not stand in a file: write "key: ${CLUSTER_KEY}" and set that variable, or give its file in "key_file"';
    return report(reading, "secret-in-file", message, { atKey: true });
  }
  const shared = variables.environment[variable];
  if (shared !== undefined && shared !== "") return shared;
  return report(reading, "unset-variable", `the environment variable ${variable} is not set - set it to the key that all machines share`);
}

function keyIn(keyFile: string | undefined, reading: Reading, around: EntrySurroundings): string | undefined {
  return keyFile === undefined ? undefined : around.readSecretFile(absolutePath(expanded(keyFile, reading, around), around), reading);
}
