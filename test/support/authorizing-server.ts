import { createHash, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";

/** A server that wants to know who asks, with the authorization server that tells it. Disposing stops both. */
export interface AuthorizingServer extends AsyncDisposable {
  readonly url: string;
  /** How many clients have registered themselves. */
  readonly registered: () => number;
  /** How often tokens were given for a login, and for a refresh token. */
  readonly granted: () => { readonly logins: number; readonly refreshes: number };
  /** Takes back all tokens that were given; refresh tokens stay good. */
  expire(): void;
}

/** Listens on a free port of this machine. Whoever comes to the page where one logs in is logged in. */
export async function authorizingServer(): Promise<AuthorizingServer> {
  const clients = new Set<string>();
  const codes = new Map<string, string>();
  const tokens = new Set<string>();
  const refresh = new Set<string>();
  const spent = new Set<string>();
  const granted = { logins: 0, refreshes: 0 };
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: "guarded", version: "1.0.0" });
    server.registerTool("greet", { inputSchema: z.object({}) }, () => ({ content: [{ type: "text", text: "welcome" }] }));
    return server;
  });
  const listener = createServer((incoming, outgoing) => void respond(incoming, outgoing));
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;

  async function respond(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? "/", origin);
    const body = await text(incoming);
    const json = (value: unknown, status = 200): void => {
      outgoing.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
    };
    switch (url.pathname) {
      case "/.well-known/oauth-protected-resource/mcp":
        return json({ resource: `${origin}/mcp`, authorization_servers: [origin] });
      case "/.well-known/oauth-authorization-server":
        return json({
          issuer: origin,
          authorization_endpoint: `${origin}/authorize`,
          token_endpoint: `${origin}/token`,
          registration_endpoint: `${origin}/register`,
          response_types_supported: ["code"],
          grant_types_supported: ["authorization_code", "refresh_token"],
          code_challenge_methods_supported: ["S256"],
          token_endpoint_auth_methods_supported: ["none"],
        });
      case "/register": {
        const id = randomUUID();
        clients.add(id);
        return json({ ...(JSON.parse(body) as object), client_id: id }, 201);
      }
      case "/authorize":
        return authorize(url.searchParams, outgoing);
      case "/token":
        return token(new URLSearchParams(body), json);
      case "/mcp":
        return await serve(incoming, body, outgoing);
      default:
        return json({ error: "not_found" }, 404);
    }
  }

  function authorize(asked: URLSearchParams, outgoing: ServerResponse): void {
    const code = randomUUID();
    codes.set(code, asked.get("code_challenge") ?? "");
    const back = new URL(asked.get("redirect_uri") ?? "");
    back.searchParams.set("code", code);
    back.searchParams.set("state", asked.get("state") ?? "");
    outgoing.writeHead(302, { location: back.href }).end();
  }

  function token(asked: URLSearchParams, json: (value: unknown, status?: number) => void): void {
    const known = clients.has(asked.get("client_id") ?? "");
    const challenge = codes.get(asked.get("code") ?? "");
    codes.delete(asked.get("code") ?? "");
    const proven =
      challenge !== undefined &&
      createHash("sha256")
        .update(asked.get("code_verifier") ?? "")
        .digest("base64url") === challenge;
    const renewed = asked.has("refresh_token") && isGood(asked.get("refresh_token") ?? "");
    if (!known || !(proven || renewed)) return json({ error: "invalid_grant" }, 400);
    granted[proven ? "logins" : "refreshes"] += 1;
    const given = { access_token: randomUUID(), refresh_token: randomUUID(), token_type: "Bearer", expires_in: 3600 };
    tokens.add(given.access_token);
    refresh.add(given.refresh_token);
    return json(given);
  }

  /** A refresh token is good once. One that comes again was stolen, and then nobody is believed any more. */
  function isGood(refreshToken: string): boolean {
    if (spent.has(refreshToken)) {
      refresh.clear();
      tokens.clear();
    }
    spent.add(refreshToken);
    return refresh.delete(refreshToken);
  }

  async function serve(incoming: IncomingMessage, body: string, outgoing: ServerResponse): Promise<void> {
    const shown = /^Bearer (.+)$/.exec(incoming.headers.authorization ?? "")?.[1] ?? "";
    if (!tokens.has(shown)) {
      const where = `Bearer resource_metadata="${origin}/.well-known/oauth-protected-resource/mcp"`;
      outgoing.writeHead(401, { "www-authenticate": where }).end();
      return;
    }
    const headers = new Headers();
    for (const [name, value] of Object.entries(incoming.headers)) if (value !== undefined) headers.set(name, String(value));
    const method = incoming.method ?? "GET";
    const response = await handler.fetch(new Request(`${origin}/mcp`, { method, headers, ...(method === "POST" ? { body } : {}) }));
    outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(await response.text());
  }

  return {
    url: `${origin}/mcp`,
    registered: () => clients.size,
    granted: () => ({ ...granted }),
    expire: () => tokens.clear(),
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => listener.close(resolve));
      listener.closeAllConnections();
      await closed;
      await handler.close();
    },
  };
}
