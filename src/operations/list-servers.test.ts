import { expect, test } from "vitest";
import { serverConfig } from "../../test/support/server-config.ts";
import { listServers } from "./list-servers.ts";

test("a server is listed with how it is reached, and with all its replicas if it has several", () => {
  const connection = { kind: "http", url: "https://me:secret@b.example/mcp?key=1", headers: { authorization: "Bearer x" } } as const;
  const alone = serverConfig({ name: "alone" });
  const several = serverConfig({ name: "several", replicas: [{ name: "b", connection, tier: 2 }] });
  expect(listServers([alone, several])).toEqual({
    servers: [
      { name: "alone", transport: "stdio", target: "none" },
      {
        name: "several",
        transport: "stdio",
        target: "none",
        replicas: [
          { name: "1", tier: 1, transport: "stdio", target: "none" },
          { name: "b", tier: 2, transport: "http", target: "https://b.example/mcp" },
        ],
      },
    ],
  });
});
