import { defined } from "../base/defined.ts";
import { report, within } from "../definition/reading.ts";
import type { Reading } from "../definition/reading.ts";
import type { TlsConfig } from "../model/server.ts";
import { absolutePath, expanded } from "./entry-surroundings.ts";
import type { EntrySurroundings } from "./entry-surroundings.ts";
import type { TlsEntry } from "./tls-entry.ts";

/** Makes the final paths of certificates. What is missing, alone or cannot be read is reported. */
export function tlsConfig(entry: TlsEntry, reading: Reading, around: EntrySurroundings): TlsConfig {
  if ((entry.cert === undefined) !== (entry.key === undefined)) {
    const message =
      entry.cert === undefined
        ? '"cert" is missing: the certificate that "key" is the private key of'
        : '"key" is missing: the private key of the certificate in "cert"';
    report(reading, "missing-key", message);
  }
  const file = (key: keyof TlsEntry): string | undefined => {
    const written = entry[key];
    if (written === undefined) return undefined;
    const before = reading.findings.errors.length;
    const path = absolutePath(expanded(written, within(reading, key), around), around);
    if (reading.findings.errors.length === before) around.checkFile(path, within(reading, key));
    return path;
  };
  return defined({ caFile: file("ca"), certFile: file("cert"), keyFile: file("key") });
}
