import { text } from "../definition/scalar-types.ts";
import { shape } from "../definition/shape.ts";
import type { ValueType } from "../definition/value-type.ts";

/** The keys of `tls` of something that listens, before variables and relative paths are put in. */
export interface ListenTlsEntry {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
}

const path = text(4_096);

/** Certificates of something that listens, as docs/configuration.md lists them. */
export const listenTlsEntry: ValueType<ListenTlsEntry> = shape<ListenTlsEntry>("listen_tls", {
  cert: { key: "cert", type: path, required: true, about: "a PEM file, relative to this file: the certificate that is shown" },
  key: { key: "key", type: path, required: true, about: "a PEM file, relative to this file: its private key" },
  ca: {
    key: "ca",
    type: path,
    about:
      "a PEM file, relative to this file: who must have signed the certificate that the other side shows; it need not show one if not given",
  },
});
