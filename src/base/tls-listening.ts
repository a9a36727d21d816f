import type { SecureContextOptions, Server, TlsOptions } from "node:tls";
import { openTls } from "./tls-material.ts";
import type { TlsFiles, TlsMaterialPorts } from "./tls-material.ts";

/** What something needs that listens with the certificates of some files. */
export interface TlsListening {
  /** For `createServer` of `node:https`. With a `caFile`, whoever connects must show a certificate of one of its authorities. */
  readonly options: SecureContextOptions & Pick<TlsOptions, "requestCert" | "rejectUnauthorized">;
  /** Has the listener use what is in the files by then for each connection that comes. */
  readonly keepFresh: (listener: Pick<Server, "prependListener" | "setSecureContext">) => void;
}

/**
 * Reads the certificates with which something is to listen.
 *
 * @throws TlsMaterialError - the files make no sense together
 */
export function tlsListening(files: TlsFiles, ports: TlsMaterialPorts): TlsListening {
  const material = openTls(files, ports);
  let used = material.current();
  const clients = files.caFile === undefined ? {} : { requestCert: true, rejectUnauthorized: true };
  return {
    options: { ...used.options, ...clients },
    keepFresh(listener) {
      // Before the handshake of the connection begins, so that it is made with what is in the files now.
      listener.prependListener("connection", () => {
        const now = material.current();
        if (now !== used) listener.setSecureContext(now.options);
        used = now;
      });
    },
  };
}
