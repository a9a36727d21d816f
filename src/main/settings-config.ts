import { defined } from "../base/defined.ts";
import { within } from "../definition/reading.ts";
import type { Reading } from "../definition/reading.ts";
import type { ServerSettings } from "../model/server-settings.ts";
import type { EntrySurroundings } from "./entry-surroundings.ts";
import type { SettingsEntry } from "./settings-entry.ts";
import { tlsConfig } from "./tls-config.ts";

/** Makes the final settings for all servers together. What is wrong with them is reported. */
export function settingsConfig(entry: SettingsEntry, reading: Reading, around: EntrySurroundings): ServerSettings {
  const { tls, sharedResources = {}, limits, security } = entry;
  return {
    sharedResources,
    demands: [...new Set(security?.require)],
    ...defined({
      clientRate: limits?.clientRate,
      tls: tls === undefined ? undefined : tlsConfig(tls, within(reading, "tls"), around),
    }),
  };
}
