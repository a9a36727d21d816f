import type { Json } from "tutti/server";
import { z } from "zod";
import { changeTexts } from "../kit/change-texts.ts";
import { jsonDepth } from "../kit/json-depth.ts";
import { refuse } from "../kit/reference-server.ts";
import { type Environment, textSetting } from "../kit/server-settings.ts";
import { spellings } from "../kit/spellings.ts";
import { readYamlSetting } from "../kit/yaml-setting.ts";

/** An API that the operator has set up: callers name it, and never see its secret. */
export interface Connection {
  readonly name: string;
  readonly baseUrl: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** What no answer may show. */
  readonly secrets: readonly string[];
  readonly tenants?: readonly string[];
}

const CONNECTIONS_MAX = 50;
/** A shorter one would be found in texts that have nothing to do with it. */
const SECRET_CHARACTERS_MIN = 8;
/** What is nested deeper cannot be walked through. */
const DEPTH_MAX = 100;

const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/);
const authSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none") }),
  z.strictObject({ kind: z.literal("bearer"), token_env: variable }),
  z.strictObject({ kind: z.literal("basic"), user_env: variable, password_env: variable }),
  z.strictObject({ kind: z.literal("api_key"), key_env: variable, header: z.string().exactOptional(), query: z.string().exactOptional() }),
]);
const fileSchema = z.strictObject({
  connections: z.record(
    z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/),
    z.strictObject({
      base_url: z.string().refine(isBase, "is no http or https address without a user, a query and a fragment"),
      auth: authSchema.default({ kind: "none" }),
      headers: z.record(z.string(), z.string()).default({}),
      tenants: z.array(z.string()).exactOptional(),
    }),
  ),
});

/** Paths go below it, and what is secret has a place of its own. */
function isBase(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && `${url.username}${url.password}${url.search}${url.hash}` === "";
}

/** Those of `CONNECTIONS_FILE`; none without it. @throws Error - the file is wrong, or a secret is not set */
export function readConnections(environment: Environment): ReadonlyMap<string, Connection> {
  const path = textSetting(environment, "CONNECTIONS_FILE");
  if (path === undefined) return new Map();
  const checked = fileSchema.safeParse(readYamlSetting("CONNECTIONS_FILE", path));
  if (!checked.success) throw new Error(`CONNECTIONS_FILE ${path}: ${z.prettifyError(checked.error)}`);
  const entries = Object.entries(checked.data.connections);
  if (entries.length > CONNECTIONS_MAX) throw new Error(`CONNECTIONS_FILE ${path} has more than ${CONNECTIONS_MAX} connections`);
  return new Map(
    entries.map(([name, { base_url: baseUrl, auth, headers, tenants }]) => {
      const credentials = credentialsOf(auth, (variable) => {
        const value = textSetting(environment, variable);
        if (value === undefined) throw new Error(`CONNECTIONS_FILE ${path}: ${name} needs ${variable}, and it is not set`);
        return value;
      });
      const all = { ...credentials, headers: { ...headers, ...credentials.headers } };
      return [name, { name, baseUrl: new URL(baseUrl), ...all, ...(tenants === undefined ? {} : { tenants }) }] as const;
    }),
  );
}

/** The address of a path below that of the connection, without its credentials. @throws ToolError - the path leads elsewhere */
export function addressBelow({ baseUrl }: Connection, path: string): URL {
  const base = baseUrl.href.replace(/\/*$/, "/");
  const bad = /[\\#]|^\/\/|:\/\/|[^\u0021-\uffff]/u.test(path) || leadsUp(path);
  const url = bad || !URL.canParse(path.replace(/^\//, "./"), base) ? undefined : new URL(path.replace(/^\/?/, "./"), base);
  if (url === undefined || !url.href.startsWith(base))
    throw refuse(`"${path.slice(0, 200)}" is no path below the connection: right is "/users/7?full=true"`);
  return url;
}

/** Whether a server may take it for one with `..` in it: some decode before they look, even twice, or leave out what is behind `;`. */
function leadsUp(path: string): boolean {
  const decoded = path.replace(/%(?:25)*(?:2e|2f|3b|5c)/giu, (code) => String.fromCharCode(Number.parseInt(code.slice(-2), 16)));
  const [way = ""] = decoded.replaceAll("\\", "/").split("?");
  return /(?:^|\/)\.\.(?:;|\/|$)/u.test(way);
}

/** A text in which no secret of the connection is left. JSON stays JSON, and is looked at without the escapes in it. */
export function withoutSecrets(text: string, { secrets }: Connection): string {
  const hide = (plain: string): string => secrets.reduce((left, secret) => left.replaceAll(secret, "[secret]"), plain);
  const value = secrets.length === 0 ? undefined : jsonIn(text);
  if (value === undefined) return hide(text);
  const shown = JSON.stringify(changeTexts(value, hide));
  return shown === JSON.stringify(value) ? text : shown;
}

function jsonIn(text: string): Json | undefined {
  if (jsonDepth(text) > DEPTH_MAX) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

type Credentials = Pick<Connection, "headers" | "query" | "secrets">;

function credentialsOf(auth: z.infer<typeof authSchema>, valueOf: (variable: string) => string): Credentials {
  const shown = (...secrets: string[]): readonly string[] =>
    secrets.filter((secret) => secret.length >= SECRET_CHARACTERS_MIN).flatMap(spellings);
  switch (auth.kind) {
    case "none":
      return { headers: {}, query: {}, secrets: [] };
    case "bearer": {
      const token = valueOf(auth.token_env);
      return { headers: { authorization: `Bearer ${token}` }, query: {}, secrets: shown(token) };
    }
    case "basic": {
      const password = valueOf(auth.password_env);
      const pair = Buffer.from(`${valueOf(auth.user_env)}:${password}`).toString("base64");
      return { headers: { authorization: `Basic ${pair}` }, query: {}, secrets: shown(password, pair) };
    }
    case "api_key": {
      const key = valueOf(auth.key_env);
      if (auth.query !== undefined) return { headers: {}, query: { [auth.query]: key }, secrets: shown(key) };
      return { headers: { [(auth.header ?? "x-api-key").toLowerCase()]: key }, query: {}, secrets: shown(key) };
    }
  }
}
