import { X509Certificate } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { createSecureContext, type SecureContext, type SecureContextOptions } from "node:tls";
import type { Clock } from "./clock.ts";
import { defined } from "./defined.ts";
import type { Ms } from "./duration.ts";

/** Whether the files have changed is looked at no more often. */
const LOOKED_AT_EVERY_MS: Ms = 1_000;
const FILE_BYTES_MAX = 4 * 2 ** 20;

/** Certificates as files in PEM. */
export interface TlsFiles {
  /** Whom to believe, in place of the authorities that the system knows. */
  readonly caFile?: string;
  /** The certificate that this side shows, with those that lead to its authority. */
  readonly certFile?: string;
  readonly keyFile?: string;
}

/** What is needed to speak TLS with the certificates of some files, as the files are now. */
export interface TlsMaterial {
  /**
   * For new connections; the same object as long as no file has changed.
   *
   * @throws TlsMaterialError - as long as the files have never made sense together
   */
  current(): LoadedTls;
}

/** What stands in the files, for whoever calls and for whoever listens. */
export interface LoadedTls {
  readonly context: SecureContext;
  readonly options: SecureContextOptions;
}

/** Why files are of no use for TLS; the message names the file. */
export class TlsMaterialError extends Error {
  override readonly name = "TlsMaterialError";
}

/**
 * Reads nothing before it is needed, and again what has changed. Files that do not make sense, because they are just being
 * written or are broken, change nothing: what was read before stays in use, and `note` is told once.
 */
export function openTls(files: TlsFiles, { clock, note }: TlsMaterialPorts): TlsMaterial {
  let known: { readonly loaded: LoadedTls; readonly signature: string } | undefined;
  let complained = "";
  let lookedMs = Number.NEGATIVE_INFINITY;

  return {
    current() {
      const nowMs = clock.monotonicMs();
      if (known !== undefined && nowMs - lookedMs < LOOKED_AT_EVERY_MS) return known.loaded;
      lookedMs = nowMs;
      const signature = signatureOf(files);
      if (signature === known?.signature) return known.loaded;
      try {
        known = { loaded: load(files), signature };
        return known.loaded;
      } catch (error) {
        if (known === undefined) throw error;
        if (complained !== signature) note(`${(error as Error).message}; what was read before stays in use`);
        complained = signature;
        return known.loaded;
      }
    },
  };
}

export interface TlsMaterialPorts {
  readonly clock: Pick<Clock, "monotonicMs">;
  readonly note: (text: string) => void;
}

/** Changes when a file is written, replaced, or when a link to it is set anew. */
function signatureOf({ caFile, certFile, keyFile }: TlsFiles): string {
  return [caFile, certFile, keyFile].map((path) => (path === undefined ? "" : stampOf(path))).join(" ");
}

function stampOf(path: string): string {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? "gone" : `${stats.ino}/${stats.size}/${stats.mtimeNs}/${stats.ctimeNs}`;
}

function load({ caFile, certFile, keyFile }: TlsFiles): LoadedTls {
  if ((certFile === undefined) !== (keyFile === undefined))
    throw new TlsMaterialError(`a certificate and its key belong together, and there is only ${certFile ?? keyFile}`);
  const ca = caFile === undefined ? undefined : readCertificates(caFile);
  const cert = certFile === undefined ? undefined : readCertificates(certFile);
  const key = keyFile === undefined ? undefined : readText(keyFile);
  const options = { minVersion: "TLSv1.2" as const, ...defined({ ca, cert: cert?.join(""), key }) };
  try {
    return { context: createSecureContext(options), options };
  } catch (error) {
    throw new TlsMaterialError(`${keyFile} is no key for the certificate in ${certFile}: ${(error as Error).message}`, { cause: error });
  }
}

/** OpenSSL reads of authorities as many as it understands and leaves out the rest; a file that is cut must not go unnoticed. */
function readCertificates(path: string): string[] {
  const text = readText(path);
  const whole = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  const begun = text.match(/-----BEGIN CERTIFICATE-----/g) ?? [];
  if (begun.length === 0) throw new TlsMaterialError(`${path} has no certificate in it; it must be PEM ("-----BEGIN CERTIFICATE-----")`);
  try {
    if (whole.length < begun.length) throw new Error("its end is missing");
    return whole.map((certificate) => new X509Certificate(certificate).toString());
  } catch (error) {
    throw new TlsMaterialError(`${path} has a broken certificate in it: ${(error as Error).message}`, { cause: error });
  }
}

function readText(path: string): string {
  try {
    const sizeBytes = statSync(path).size;
    if (sizeBytes > FILE_BYTES_MAX) throw new Error(`it has ${sizeBytes} bytes, and at most ${FILE_BYTES_MAX} are read`);
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new TlsMaterialError(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
