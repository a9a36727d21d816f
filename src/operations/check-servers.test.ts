import { expect, test } from "vitest";
import { readingTool } from "../../test/support/fake-connections.ts";
import { TuttiError } from "../model/errors.ts";
import { checkServers } from "./check-servers.ts";
import type { CheckServersPorts } from "./check-servers.ts";

const { signal } = new AbortController();
const FACTS = { protocolVersion: "2025-11-25", era: "legacy", toolCount: 1, connectMs: 5, responseMs: 1 } as const;

function ports(config: Partial<CheckServersPorts["servers"][number]> = {}): CheckServersPorts {
  const away = new TuttiError("server.unavailable", 'server "mail" is not available', { server: "mail", stderr: ["no port"] });
  return {
    servers: [{ name: "shop", effects: {}, requires: {}, ...config }],
    connections: {
      names: ["shop", "mail"],
      check: async (server) => (server === "mail" ? await Promise.reject(away) : { server, ...FACTS }),
      tools: async () => [readingTool("charge")],
    },
  };
}

test("servers are checked one and all, and one that is away says why", async () => {
  expect(await checkServers({}, ports(), { signal, caller: {}, tell: () => undefined })).toEqual({
    servers: [
      { status: "available", server: "shop", ...FACTS, warnings: [] },
      { status: "unavailable", server: "mail", message: 'server "mail" is not available', stderr: ["no port"] },
    ],
  });
});

test.each([
  [{ permissions: { charge: ["a:b"], "*": ["a:c"] }, effects: { charge: "once" }, requires: { charge: ["pay"] } }, []],
  [
    { permissions: { chagre: ["a:b"] } },
    ['"permissions" names the tool "chagre", which the server does not have - did you mean "charge"?'],
  ],
  [
    { effects: { "*": "read" }, requires: { pay: [] } },
    ['"effects" names the tool "*", which the server does not have', '"requires" names the tool "pay", which the server does not have'],
  ],
] as const)("what is configured as %j gets the warnings %j", async (config, warnings) => {
  const { servers } = await checkServers({ servers: ["shop"] }, ports(config), { signal, caller: {}, tell: () => undefined });
  expect(servers).toMatchObject([{ status: "available", warnings }]);
});
