import { expect, test } from "vitest";
import { getServerStats } from "../../src/contract/get-server-stats.ts";
import { openTutti } from "../../src/main/open-tutti.ts";
import { testServer } from "../support/servers/test-connections.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const ECHO = `
id: echo
steps:
  - { id: say, tool: later.echo, effect: read, with: { text: hello } }
output: "\${{ steps.say.output }}"
`;

test("a server that is registered while Tutti runs has told what it can do, and workflows can use it", async () => {
  using folder = temporaryDirectory();
  await using tutti = await openTutti({ dataDirectory: folder.path, servers: [] });
  await expect(tutti.execute({ workflow: ECHO })).rejects.toMatchObject({ code: "definition.invalid" });

  const later = testServer("echo.ts", [], { name: "later" });
  const record = await tutti.registerServer(later);
  expect(record).toMatchObject({ serverId: "later", health: { status: "healthy" }, limits: { calls: 5 } });
  expect(record.tools.map(({ name }) => name)).toContain("echo");
  await expect(tutti.registerServer(later)).rejects.toMatchObject({ code: "input.invalid" });

  const { executionId } = await tutti.execute({ workflow: ECHO });
  const report = await tutti.wait(executionId);
  expect(report.outcome).toBe("completed");
  const { signal } = new AbortController();
  const stats = await tutti.operations.call(getServerStats, {}, { signal });
  expect(stats.servers.map(({ server, calls }) => [server, calls])).toEqual([["later", 1]]);
});

test("a server that cannot be started is not registered, and its name is free again", async () => {
  using folder = temporaryDirectory();
  await using tutti = await openTutti({ dataDirectory: folder.path, servers: [] });
  const broken = testServer("there-is-no-such-file.ts", [], { name: "later" });
  await expect(tutti.registerServer(broken)).rejects.toMatchObject({ code: "server.unavailable" });
  await tutti.registerServer(testServer("echo.ts", [], { name: "later" }));
});
