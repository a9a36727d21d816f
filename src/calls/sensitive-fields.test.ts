import { expect, test } from "vitest";
import { FakeConnections } from "../../test/support/fake-connections.ts";
import type { ServerConfig } from "../model/server.ts";
import type { Tool } from "../model/tool.ts";
import { sensitiveFields } from "./sensitive-fields.ts";

const SERVERS: ReadonlyMap<string, ServerConfig> = new Map([
  [
    "s",
    {
      name: "s",
      connection: { kind: "http", url: "http://x", headers: {} },
      honoursIdempotencyKey: false,
      effects: {},
      requires: {},
      sensitive: ["iban"],
    },
  ],
]);
const NEVER = new AbortController().signal;

function tool(name: string, marked: string): Tool {
  return { name, inputSchema: { type: "object", properties: { [marked]: { type: "string", writeOnly: true } } } };
}

/** Servers whose tools can change. */
class ChangingConnections extends FakeConnections {
  listed = 0;
  list: readonly Tool[] = [];

  override async tools(server: string): Promise<readonly Tool[]> {
    await super.tools(server);
    this.listed += 1;
    return this.list;
  }

  change(list: readonly Tool[]): void {
    this.list = list;
    this.toolsChanged("s");
  }
}

test("fields are sensitive that the configuration names, and those that the schema of the tool marks", async () => {
  const connections = new ChangingConnections();
  connections.change([tool("t", "code"), tool("u", "phrase")]);
  const sensitive = sensitiveFields(SERVERS, connections);
  expect(await sensitive("s", "t", NEVER)).toEqual(["iban", "code"]);
  expect(await sensitive("s", "u", NEVER)).toEqual(["iban", "phrase"]);
  expect(await sensitive("s", "unknown", NEVER)).toEqual(["iban"]);
  expect(connections.listed).toBe(1);
});

test("when a server says that its tools have changed, they are looked at again", async () => {
  const connections = new ChangingConnections();
  const sensitive = sensitiveFields(SERVERS, connections);
  expect(await sensitive("s", "t", NEVER)).toEqual(["iban"]);
  connections.change([tool("t", "code")]);
  expect(await sensitive("s", "t", NEVER)).toEqual(["iban", "code"]);
});

test("of a server that cannot be asked nothing is known, until it can", async () => {
  const connections = new ChangingConnections();
  const sensitive = sensitiveFields(SERVERS, connections);
  connections.away.add("s");
  expect(await sensitive("s", "t", NEVER)).toBeUndefined();
  connections.away.delete("s");
  expect(await sensitive("s", "t", NEVER)).toEqual(["iban"]);
});
