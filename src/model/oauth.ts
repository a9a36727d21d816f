/** As what Tutti logs in to a server (OAuth 2.1, as the authorization of MCP says). */
export interface OAuthConfig {
  /** A person logs in once (`tutti servers login`), or the program does by itself. */
  readonly grant: "authorization_code" | "client_credentials";
  /** Default: Tutti registers itself, where the authorization server allows it. */
  readonly clientId?: string;
  readonly clientSecret?: string;
  /** In place of a secret: signs what the client says of itself (`private_key_jwt`). PEM, PKCS#8. */
  readonly privateKey?: { readonly pem: string; readonly algorithm: string };
  /** An address that serves the metadata of this client: its id where authorization servers take that. */
  readonly clientMetadataUrl?: string;
  /** Default: what the server asks for. */
  readonly scopes?: readonly string[];
  /** The only authorization server that the credentials are sent to. Needed for `client_credentials`. */
  readonly issuer?: string;
  /** The port of this machine to which a login comes back. Default: any that is free. */
  readonly redirectPort?: number;
}
