import type { Reading } from "../definition/reading.ts";
import type { ServeSettings } from "../model/serve-settings.ts";
import type { EntrySurroundings } from "./entry-surroundings.ts";
import type { ListenTlsEntry } from "./listen-tls-entry.ts";
import { tlsConfig } from "./tls-config.ts";

/** Makes the final paths of the certificates of something that listens. What cannot be read is reported. */
export function listenTlsConfig(
  entry: ListenTlsEntry,
  reading: Reading,
  around: EntrySurroundings,
): Required<ServeSettings>["tls"] | undefined {
  const { certFile, keyFile, ...rest } = tlsConfig(entry, reading, around);
  return certFile === undefined || keyFile === undefined ? undefined : { certFile, keyFile, ...rest };
}
