import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { start } from "../support/reference-server.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const ADD = "INSERT INTO articles (title, category, content) VALUES (:title, 'a', 'b')";
const ENDLESS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

test.skipIf(!existsSync("/proc"))(
  "killed while a statement runs, the server leaves no process behind, and the next one knows what was done",
  { timeout: 120_000 },
  async () => {
    using folder = temporaryDirectory();
    const environment = { STATE_DIR: folder.path, STATEMENT_TIMEOUT_MS: "60000" };
    const asked = { query: ADD, params: { title: "once" } };
    let done: unknown;
    {
      await using before = await start("database", environment);
      done = await before.call("execute_query", asked, { key: "k" });
      const endless = before.call("execute_query", { query: ENDLESS }, { tenant: "globex" }).catch((error: unknown) => error);
      // Its statement is under way when one of them has been busy for longer than starting takes.
      await expect.poll(() => Math.max(...processesOf(folder.path).map(busySeconds)), { timeout: 60_000 }).toBeGreaterThan(1.5);
      await before.kill();
      expect(await endless).toBeInstanceOf(Error);
    }
    await expect.poll(() => processesOf(folder.path), { timeout: 30_000 }).toEqual([]);
    await using after = await start("database", environment);
    expect(await after.call("execute_query", asked, { key: "k" })).toEqual(done);
    expect(await after.call("execute_query", { query: "SELECT count(*) AS n FROM articles" })).toMatchObject({ rows: [{ n: 1 }] });
  },
);

/** Processes that were told of a folder by their arguments: those that hold files in it. */
function processesOf(folder: string): readonly string[] {
  return readdirSync("/proc").filter((id) => /^\d+$/.test(id) && argumentsOf(id).includes(folder));
}

function argumentsOf(id: string): string {
  try {
    return readFileSync(`/proc/${id}/cmdline`, "utf8");
  } catch {
    // It has ended since.
    return "";
  }
}

/** Time of the processor, as the kernel counts it in hundredths; the name of the process ends with the last bracket. */
function busySeconds(id: string): number {
  try {
    const fields = readFileSync(`/proc/${id}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0;
  }
}
