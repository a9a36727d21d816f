import { filled } from "../definition/collection-types.ts";
import { text } from "../definition/scalar-types.ts";
import { shape } from "../definition/shape.ts";
import type { ValueType } from "../definition/value-type.ts";

/** The keys of `tls`, before variables and relative paths are put in. */
export interface TlsEntry {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

const path = text(4_096);

/** Certificates for connections over a network, as docs/configuration.md lists them. */
export const tlsEntry: ValueType<TlsEntry> = filled(
  shape<TlsEntry>("tls", {
    ca: { key: "ca", type: path, about: "a PEM file, relative to this file: whom to believe, in place of those that the system believes" },
    cert: { key: "cert", type: path, about: "a PEM file, relative to this file: the certificate that Tutti shows" },
    key: { key: "key", type: path, about: "a PEM file, relative to this file: its private key" },
  }),
);
