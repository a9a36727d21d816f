import * as z from "zod";
import type { Operation } from "./operation.ts";
import { wireObject } from "./wire-object.ts";

/** A configured server. */
export interface ServerEntry {
  readonly name: string;
  readonly transport: "stdio" | "http" | "websocket" | "machine" | "built-in";
  /** The command line or the address. Neither environment nor headers: they hold secrets. */
  readonly target: string;
  /** Only of servers that have several; the first is the one above. */
  readonly replicas?: readonly ReplicaEntry[];
}

/** One process or address of a server. */
export interface ReplicaEntry extends Pick<ServerEntry, "name" | "transport" | "target"> {
  /** The smallest is the best. */
  readonly tier: number;
}

/** Output of `list_servers`. */
export interface ListServersOutput {
  readonly servers: readonly ServerEntry[];
}

const entry = { name: z.string(), transport: z.enum(["stdio", "http", "websocket", "machine", "built-in"]), target: z.string() };

/** Lists the configured servers without starting any. */
export const listServers: Operation<Record<string, never>, ListServersOutput> = {
  name: "list_servers",
  title: "List servers",
  description: "Lists the configured servers without starting any.",
  kind: "read",
  repeatable: "always",
  permission: "tutti:read",
  route: { method: "GET", path: "/servers" },
  tool: "extended",
  input: z.strictObject({}),
  output: wireObject<ListServersOutput>({
    servers: z.array(
      wireObject<ServerEntry>({
        ...entry,
        replicas: z.array(wireObject<ReplicaEntry>({ ...entry, tier: z.int() })).exactOptional(),
      }),
    ),
  }),
};
