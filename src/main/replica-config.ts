import { defined } from "../base/defined.ts";
import { quoted } from "../base/visible.ts";
import { report, within } from "../definition/reading.ts";
import type { Reading } from "../definition/reading.ts";
import type { ReplicaConfig } from "../model/server.ts";
import { connectionConfig } from "./connection-config.ts";
import type { EntrySurroundings } from "./entry-surroundings.ts";
import type { PlacedReplica } from "./replica-entry.ts";

/**
 * Makes the final replicas of a server. Those with which something is wrong are left out, and have been reported.
 *
 * @param before - names of the replicas that the server has besides
 */
export function replicaConfigs(
  entries: readonly PlacedReplica[],
  before: readonly string[],
  reading: Reading,
  around: EntrySurroundings,
): readonly ReplicaConfig[] {
  const names = new Set(before);
  return entries.flatMap((entry) => {
    const at = within(reading, entry.place);
    const { name = String(before.length + entry.place + 1), tier = 1, resources } = entry;
    if (names.has(name)) {
      const place = entry.name === undefined ? at : within(at, "name");
      report(place, "duplicate-name", `two replicas have the name ${quoted(name)}: each needs a name of its own`);
    }
    names.add(name);
    const connection = connectionConfig(entry, "replica", at, around);
    return connection === undefined ? [] : [{ name, connection, tier, ...defined({ resources }) }];
  });
}
