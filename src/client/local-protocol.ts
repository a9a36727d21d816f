import * as z from "zod";
import type { Json } from "../base/json.ts";
import type { AccessConfig } from "../model/access.ts";
import type { CheckRegistry } from "../model/check.ts";
import type { PatternSettings } from "../model/pattern.ts";
import type { ServerConfig } from "../model/server.ts";
import type { ServerSettings } from "../model/server-settings.ts";

/** With what the executions of a client shall run, because the owner may be configured otherwise. */
export interface Surroundings {
  readonly servers: readonly ServerConfig[];
  /** Who may do what, unless the owner itself asks who is there: then its own rules hold. */
  readonly access: AccessConfig;
  /** What holds for all of its servers together. Default: nothing is shared, limited or demanded. */
  readonly settings?: ServerSettings;
  /** What steps may ask for by name. Default: nothing. */
  readonly checks?: CheckRegistry;
  /** Default: only those patterns that come with Tutti. */
  readonly patterns?: PatternSettings;
  /** Held in memory only. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** What a client says of itself. */
export interface Introduction {
  readonly surroundings: Surroundings;
  /** Who asks, in the form in which the owner can find it out for itself. */
  readonly identityToken?: string;
}

/** What a client says to the owner of a data directory. The first message is `hello`. */
export type ClientMessage =
  | ({ readonly type: "hello"; readonly token: string } & Introduction)
  | { readonly type: "request"; readonly id: number; readonly operation: string; readonly input: Json }
  /** The answer to a request is no longer wanted. */
  | { readonly type: "abort"; readonly id: number };

/** What the owner says to a client. */
export type OwnerMessage =
  | { readonly type: "welcome"; readonly pid: number }
  /** An error document: who asks is not known, or may not. It is the last message. */
  | { readonly type: "unwelcome"; readonly document: Json }
  | { readonly type: "item"; readonly id: number; readonly item: Json }
  | { readonly type: "answer"; readonly id: number; readonly output: Json }
  /** An error document. */
  | { readonly type: "refusal"; readonly id: number; readonly document: Json }
  /** A bug of the owner, or its end. */
  | { readonly type: "fault"; readonly id: number; readonly message: string };

const json = z.unknown() as z.ZodType<Json>;

const serverSettings: z.ZodType<ServerSettings> = z.strictObject({
  tls: z
    .strictObject({
      caFile: z.string().exactOptional(),
      certFile: z.string().exactOptional(),
      keyFile: z.string().exactOptional(),
    })
    .exactOptional(),
  sharedResources: z.record(z.string(), z.number()),
  clientRate: z.strictObject({ count: z.int().positive(), perMs: z.int().positive() }).exactOptional(),
  demands: z.array(z.enum(["authenticated", "encrypted", "audited"])),
});

export const clientMessage: z.ZodType<ClientMessage> = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("hello"),
    token: z.string(),
    // Both ends are this program, at the same version: the token was in a file that only this user can read.
    surroundings: z.object({
      servers: z.array(z.custom<ServerConfig>()),
      access: z.custom<AccessConfig>((access) => typeof access === "object" && access !== null),
      settings: serverSettings.exactOptional(),
      checks: z.custom<CheckRegistry>((checks) => typeof checks === "object" && checks !== null).exactOptional(),
      patterns: z
        .strictObject({
          directory: z.string().exactOptional(),
          folder: z.string(),
          ports: z.record(z.string(), z.number()).exactOptional(),
        })
        .exactOptional(),
      secrets: z.record(z.string(), z.string()),
    }),
    identityToken: z.string().exactOptional(),
  }),
  z.strictObject({ type: z.literal("request"), id: z.int(), operation: z.string(), input: json }),
  z.strictObject({ type: z.literal("abort"), id: z.int() }),
]);

export const ownerMessage: z.ZodType<OwnerMessage> = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("welcome"), pid: z.int() }),
  z.strictObject({ type: z.literal("unwelcome"), document: json }),
  z.strictObject({ type: z.literal("item"), id: z.int(), item: json }),
  z.strictObject({ type: z.literal("answer"), id: z.int(), output: json }),
  z.strictObject({ type: z.literal("refusal"), id: z.int(), document: json }),
  z.strictObject({ type: z.literal("fault"), id: z.int(), message: z.string() }),
]);

/** Where an owner takes requests, and the word that shows that a client may read its data directory. */
export interface Endpoint {
  readonly path: string;
  readonly token: string;
}

/** The text of an endpoint in the note of the owner. */
export function printEndpoint({ path, token }: Endpoint): string {
  return `${path}#${token}`;
}

/** Reads what {@link printEndpoint} wrote. */
export function parseEndpoint(text: string): Endpoint {
  const at = text.lastIndexOf("#");
  return { path: text.slice(0, at), token: text.slice(at + 1) };
}
