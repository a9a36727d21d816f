import { defined } from "../base/defined.ts";
import { report, within } from "../definition/reading.ts";
import type { Reading } from "../definition/reading.ts";
import type { OAuthConfig } from "../model/oauth.ts";
import { absolutePath, expanded } from "./entry-surroundings.ts";
import type { EntrySurroundings } from "./entry-surroundings.ts";
import type { OAuthEntry } from "./oauth-entry.ts";

/** Makes the final login of a server. What contradicts itself or is missing is reported. */
export function oauthConfig(entry: OAuthEntry, reading: Reading, around: EntrySurroundings): OAuthConfig {
  const { grant = "authorization_code", scopes, redirectPort, algorithm = "ES256" } = entry;
  const value = (key: "clientId" | "clientSecret" | "clientMetadataUrl" | "issuer", name: string): string | undefined => {
    const written = entry[key];
    return written === undefined ? undefined : expanded(written, within(reading, name), around);
  };
  const file = entry.privateKeyFile;
  const pem = file === undefined ? undefined : around.readSecretFile(absolutePath(file, around), within(reading, "private_key_file"));
  for (const fault of faults(entry, grant)) report(reading, fault.code, fault.message);
  return {
    grant,
    ...defined({
      clientId: value("clientId", "client_id"),
      clientSecret: value("clientSecret", "client_secret"),
      clientMetadataUrl: value("clientMetadataUrl", "client_metadata_url"),
      issuer: value("issuer", "issuer"),
      privateKey: pem === undefined ? undefined : { pem, algorithm },
      scopes,
      redirectPort,
    }),
  };
}

interface Fault {
  readonly code: "missing-key" | "contradiction";
  readonly message: string;
}

function faults(entry: OAuthEntry, grant: OAuthConfig["grant"]): readonly Fault[] {
  const { clientId, clientSecret, privateKeyFile, issuer } = entry;
  const found: Fault[] = [];
  if (clientSecret !== undefined && clientId === undefined) {
    found.push({ code: "missing-key", message: '"client_id" is missing: the client whose secret "client_secret" is' });
  }
  if (grant === "authorization_code") {
    if (privateKeyFile === undefined) return found;
    return [...found, { code: "contradiction", message: '"private_key_file" goes with the grant "client_credentials"' }];
  }
  if ((clientSecret === undefined) === (privateKeyFile === undefined)) {
    const message = 'the grant "client_credentials" needs either "client_secret" or "private_key_file"';
    found.push({ code: clientSecret === undefined ? "missing-key" : "contradiction", message });
  }
  if (clientId === undefined && clientSecret === undefined) {
    found.push({ code: "missing-key", message: 'the grant "client_credentials" needs a "client_id"' });
  }
  if (issuer === undefined) {
    const message = 'the grant "client_credentials" needs the "issuer": the only authorization server that gets the credentials';
    found.push({ code: "missing-key", message });
  }
  return found;
}
