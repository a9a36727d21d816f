import * as z from "zod";
import type { Operation } from "./operation.ts";
import { wireObject } from "./wire-object.ts";

/** A configured server. */
export interface ServerEntry {
  readonly name: string;
  readonly transport: "stdio" | "http" | "websocket";
  /** The command line or the address. Neither environment nor headers: they hold secrets. */
  readonly target: string;
}

/** Output of `list_servers`. */
export interface ListServersOutput {
  readonly servers: readonly ServerEntry[];
}

/** Lists the configured servers without starting any. */
export const listServers: Operation<Record<string, never>, ListServersOutput> = {
  name: "list_servers",
  title: "List servers",
  description: "Lists the configured servers without starting any.",
  kind: "read",
  repeatable: "always",
  input: z.strictObject({}),
  output: wireObject<ListServersOutput>({
    servers: z.array(z.strictObject({ name: z.string(), transport: z.enum(["stdio", "http", "websocket"]), target: z.string() })),
  }),
};
