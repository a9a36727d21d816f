import { systemClock } from "../base/clock.ts";
import type { LoginRequest, LoginResult } from "../cli/host.ts";
import { openConnections } from "../mcp-client/open-connections.ts";
import { TuttiError } from "../model/errors.ts";
import type { OAuthConfig } from "../model/oauth.ts";
import { serverNotFound } from "../model/server-not-found.ts";
import type { ServerConfig } from "../model/server.ts";
import { loadConfig } from "./config.ts";
import { openLoginAssistant } from "./login-assistant.ts";
import { loginFiles } from "./login-files.ts";
import type { Surrounding } from "./open-session.ts";

/**
 * Has a person log in to a server, and keeps the login for whatever uses the server from then on. What was kept before is
 * forgotten.
 *
 * @throws TuttiError `server.not-found`, `server.unavailable`; `usage` - the server is not one to log in to
 */
export async function logIn({ server, show, log, signal, ...places }: LoginRequest, around: Surrounding): Promise<LoginResult> {
  const { servers, dataDirectory, tls } = loadConfig({ ...places, ...around });
  const config = named(servers, server);
  const oauth = oauthOf(config);
  const logins = loginFiles(dataDirectory);
  await logins.remove(server);
  await using assistant = await openLoginAssistant(oauth.redirectPort ?? 0, (_, page) => show(page));
  await using connections = openConnections({
    servers: [config],
    clock: systemClock,
    elicitor: { ask: async () => undefined },
    log: { write: ({ text }) => log(text) },
    clientVersion: around.version,
    logins,
    assistant,
    ...(tls === undefined ? {} : { tls }),
  });
  return { tools: (await connections.tools(server, signal)).length };
}

/** Forgets a login. @throws TuttiError `server.not-found` */
export async function logOut({ server, ...places }: Pick<LoginRequest, "server">, around: Surrounding): Promise<void> {
  const { servers, dataDirectory } = loadConfig({ ...places, ...around });
  await loginFiles(dataDirectory).remove(named(servers, server).name);
}

function named(servers: readonly ServerConfig[], name: string): ServerConfig {
  const config = servers.find((server) => server.name === name);
  if (config !== undefined) return config;
  throw serverNotFound(
    name,
    servers.map((server) => server.name),
  );
}

function oauthOf({ name, connection }: ServerConfig): OAuthConfig {
  const oauth = connection.kind === "http" ? connection.oauth : undefined;
  if (oauth?.grant === "authorization_code") return oauth;
  const message =
    oauth === undefined
      ? `nobody logs in to "${name}": give it "oauth: true" in tutti.yaml if its address wants a login`
      : `"${name}" is logged in to by Tutti itself, with the credentials of its "oauth" in tutti.yaml`;
  throw new TuttiError("usage", message, {});
}
