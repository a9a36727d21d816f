import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Finished, runCommand } from "../../support/built-command.ts";
import { commandWorld } from "../../support/command-world.ts";
import type { CommandWorld } from "../../support/command-world.ts";

/** Runs a workflow, and tells the most memory that the command had. */
async function run(world: CommandWorld, workflow: object): Promise<Finished & { readonly memoryMiB: number }> {
  world.write("w.json", JSON.stringify(workflow));
  const code = 'process.on("exit", () => writeFileSync("memory", String(process.resourceUsage().maxRSS)));';
  world.write("measure.mjs", `import { writeFileSync } from "node:fs";\n${code}\n`);
  const finished = await runCommand(["run", "w.json", "--json"], world.path, {
    NODE_OPTIONS: `--import ${join(world.path, "measure.mjs")}`,
  });
  return { ...finished, memoryMiB: Number(readFileSync(join(world.path, "memory"), "utf8")) / 1024 };
}

test("a list of 5,000 items is called item by item on a real server, in little memory", async () => {
  using world = commandWorld({ echo: "echo.ts" });
  const { exitCode, stdout, memoryMiB } = await run(world, {
    id: "list",
    steps: [
      { id: "each", for_each: "${{ range(5000) }}", tool: "echo.echo", with: { n: "${{ item }}" } },
      { id: "once", for_each: "${{ range(500) }}", tool: "echo.meta", max_parallel: 50 },
    ],
    output: "${{ steps.each.output.map(x, x.n).sum() }}",
  });
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    outcome: "completed",
    output: 12_497_500,
    steps: [{ attempts: 5_000, items: { total: 5_000, completed: 5_000 } }, { items: { completed: 500 } }],
    metrics: { calls: 5_500, retries: 0 },
  });
  expect(memoryMiB).toBeLessThan(600);
});

test("a chain of 2,000 steps, each of which reads the one before, runs to its end in little memory", async () => {
  using world = commandWorld({ echo: "echo.ts" });
  const steps = Array.from({ length: 2_000 }, (_, index) => ({
    id: `s${index}`,
    tool: "echo.echo",
    with: { n: index === 0 ? 1 : `\${{ steps.s${index - 1}.output.n + 1 }}` },
  }));
  const { exitCode, stdout, memoryMiB } = await run(world, { id: "chain", steps, output: "${{ steps.s1999.output.n }}" });
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ outcome: "completed", output: 2_000, metrics: { calls: 2_000 } });
  expect(memoryMiB).toBeLessThan(600);
});
