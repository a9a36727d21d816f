import { expect, test } from "vitest";
import { openTutti } from "../../src/index.ts";
import { testServer } from "../support/servers/test-connections.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

test("an execution whose server is not configured any more keeps no other from being taken up", async () => {
  using directory = temporaryDirectory();
  const dataDirectory = `${directory.path}/data`;
  const ids: string[] = [];
  {
    await using tutti = await openTutti({ dataDirectory, servers: [{ ...testServer("echo.ts"), name: "echo" }] });
    for (const last of ["tool: echo.echo, with: { text: a }", "value: 7"]) {
      const workflow = `id: w\nsteps:\n  - { id: a, sleep: 1h }\n  - { id: b, needs: [a], ${last} }`;
      ids.push((await tutti.execute({ workflow })).executionId);
    }
  }
  await using tutti = await openTutti({ dataDirectory, servers: [] });
  expect(await tutti.resumeInterrupted()).toEqual(ids.slice(1));
});
