import { listOf } from "../definition/collection-types.ts";
import { choice, numberIn, text } from "../definition/scalar-types.ts";
import { shape } from "../definition/shape.ts";
import type { ValueType } from "../definition/value-type.ts";
import type { OAuthConfig } from "../model/oauth.ts";

/** The keys of `oauth`, before variables and relative paths are put in. */
export interface OAuthEntry {
  readonly grant?: OAuthConfig["grant"];
  readonly clientId?: string;
  readonly clientSecret?: string;
  readonly privateKeyFile?: string;
  readonly algorithm?: string;
  readonly clientMetadataUrl?: string;
  readonly scopes?: readonly string[];
  readonly issuer?: string;
  readonly redirectPort?: number;
}

const words = text(4_096);

const keys = shape<OAuthEntry>("oauth", {
  grant: {
    key: "grant",
    type: choice("authorization_code", "client_credentials"),
    about: "whether a person logs in (`tutti servers login`) or the program itself; authorization_code if not given",
  },
  clientId: { key: "client_id", type: words, about: "the client, as it is known there; if not given, Tutti registers itself" },
  clientSecret: { key: "client_secret", type: words, about: 'its secret, as "${VARIABLE}"' },
  privateKeyFile: { key: "private_key_file", type: words, about: "in place of a secret: a PEM file (PKCS#8), relative to this file" },
  algorithm: {
    key: "algorithm",
    type: choice("RS256", "PS256", "ES256", "ES384", "EdDSA"),
    about: "of the private key; ES256 if not given",
  },
  clientMetadataUrl: { key: "client_metadata_url", type: words, about: "an https address that tells who the client is, and is its id" },
  scopes: { key: "scopes", type: listOf(text(200), 100), about: "what to ask for; what the server wants if not given" },
  issuer: { key: "issuer", type: words, about: "the only authorization server that gets the credentials" },
  redirectPort: {
    key: "redirect_port",
    type: numberIn({ min: 1, max: 65_535 }),
    about: "the port of this machine to which a login comes back; any that is free if not given",
  },
});

/** `true` for all defaults, or an object. */
export const oauthEntry: ValueType<OAuthEntry> = {
  ...keys,
  read: (value, reading) => (value === true ? {} : keys.read(value, reading)),
  schema: (definitions) => ({ anyOf: [{ enum: [true] }, keys.schema(definitions)] }),
};
