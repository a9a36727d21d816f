import type { Json } from "tutti/server";
import { refuse } from "../kit/reference-server.ts";
import type { ApiEndpoint } from "./read-apis-file.ts";

/** What is sent to an API, before it says who asks. */
export interface ApiRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

type Parameters = Readonly<Record<string, Json>>;

/** Puts parameters where the endpoint wants them. @throws ToolError - one cannot be there */
export function buildRequest(base: URL, endpoint: ApiEndpoint, parameters: Parameters): ApiRequest {
  const inPath = new Set([...endpoint.path.matchAll(/\{([^{}]+)\}/g)].map(([, name = ""]) => name));
  const url = withPath(base, filledPath(endpoint.path, parameters));
  const headers: Record<string, string> = { accept: "application/json", ...endpoint.headers };
  const body: [string, Json][] = [];
  for (const [name, value] of Object.entries(parameters)) {
    if (inPath.has(name)) continue;
    const place = placeOf(endpoint, name);
    if (place === "body") body.push([name, value]);
    else if (place === "header") headers[name] = plain(name, value);
    else for (const part of Array.isArray(value) ? value : [value]) url.searchParams.append(name, plain(name, part));
  }
  if (body.length === 0) return { method: endpoint.method, url, headers };
  headers["content-type"] = "application/json";
  return { method: endpoint.method, url, headers, body: JSON.stringify(Object.fromEntries(body)) };
}

function placeOf(endpoint: ApiEndpoint, name: string): "query" | "header" | "body" {
  if (Object.hasOwn(endpoint.in, name)) return endpoint.in[name] ?? "query";
  return ["POST", "PUT", "PATCH"].includes(endpoint.method) ? "body" : "query";
}

/** The path is below that of the base, whatever is in the parameters. */
function withPath(base: URL, path: string): URL {
  const prefix = base.pathname.replace(/\/$/, "");
  const url = new URL(base.href);
  url.pathname = `${prefix}${path}`;
  // A URL takes dots and backslashes away: then it would be another path than the one that was meant.
  if (url.pathname !== `${prefix}${path}` || url.origin !== base.origin) throw refuse("the parameters lead to another path");
  return url;
}

function filledPath(path: string, parameters: Parameters): string {
  return path.replaceAll(/\{([^{}]+)\}/g, (_, name: string) => {
    if (!Object.hasOwn(parameters, name)) throw refuse(`the parameter "${name}" is missing: it is a part of the path`);
    const text = plain(name, parameters[name] ?? null);
    // Some servers take an encoded slash for one.
    if (text === "" || text.split(/[/\\]/).some((part) => /^\.{1,2}$/.test(part)))
      throw refuse(`the parameter "${name}" is "${text.slice(0, 200)}", which is no part of a path`);
    return encodeURIComponent(text);
  });
}

/** @throws ToolError - it is no single value, or no text that can be sent */
function plain(name: string, value: Json): string {
  if (typeof value === "object")
    throw refuse(`the parameter "${name.slice(0, 100)}" is a single value here, no ${value === null ? "null" : "object"}`);
  const text = String(value);
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(text) || !text.isWellFormed()) {
    throw refuse(`the parameter "${name.slice(0, 100)}" has control characters in it, or is no Unicode text`);
  }
  return text;
}
