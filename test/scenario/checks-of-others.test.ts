import { expect, test } from "vitest";
import { commandWorld } from "../support/command-world.ts";

const WAITS = 'id: waits\nsteps:\n  - { id: ask, approval: { message: "Go on?", timeout: 1h } }\n';
const GATED = "id: gated\nsteps:\n  - { id: a, type: development, validation: unit-tests, parameters: { n: 1 } }\n";

/** A configuration with one check, which ends with this code. */
function config(exitCode: number): string {
  const check = { command: process.execPath, args: ["-e", `console.log("exit ${exitCode}"); process.exit(${exitCode})`] };
  return JSON.stringify({ checks: { "unit-tests": check } });
}

test("an execution that the owner of the data directory carries out for another process has the checks of that process", async () => {
  using world = commandWorld();
  world.write("tutti.yaml", config(1));
  world.write("other.yaml", config(0));
  world.write("waits.yaml", WAITS);
  world.write("gated.yaml", GATED);
  await using owner = world.start("run", "waits.yaml");
  const [, id = ""] = await owner.printed(/^execution (\S+)[^]*waits for approval/);
  const handed = await world.run("run", "gated.yaml", "--config", "other.yaml", "--json");
  expect(handed).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("owns the data directory") });
  expect(JSON.parse(handed.stdout)).toMatchObject({
    outcome: "completed",
    steps: [{ output: { n: 1 } }, { output: { output: "exit 0\n" } }],
  });
  const own = await world.run("run", "gated.yaml", "--json");
  expect(JSON.parse(own.stdout)).toMatchObject({ outcome: "validation_failed", steps: [{}, { status: "failed", server: "checks" }] });
  await world.run("executions", "approve", id);
  expect(await owner.finished).toMatchObject({ exitCode: 0 });
});

test("the smallest documented file is planned and run, and its gates are seen in the plan", async () => {
  using world = commandWorld();
  world.write("tutti.yaml", config(0));
  world.write(
    "minimal.json",
    JSON.stringify({
      workflow_id: "minimal",
      pattern: "infrastructure-enforcement",
      steps: [
        { id: "build", type: "development", enforcement: "code-review", validation: "unit-tests" },
        { id: "ship", type: "deployment", enforcement: "unit-tests", validation: "manual-review", dependencies: ["build"] },
      ],
    }),
  );
  const planned = await world.json<{ readonly plan: { readonly steps: readonly object[] } }>("plan", "minimal.json");
  expect(planned.plan.steps).toMatchObject([
    { id: "build--enforcement", kind: "approval", needs: [] },
    { id: "build", kind: "value" },
    { id: "build--validation", server: "checks", tool: "run_check", needs: ["build"] },
    { id: "ship--enforcement", needs: ["build", "build--validation"] },
    { id: "ship" },
    { id: "ship--validation", kind: "approval" },
  ]);
  expect((await world.run("servers", "list")).stdout).toMatch(/^checks +built-in +in this process$/m);
  const asked = await world.run("run", "minimal.json", "--json");
  expect(asked.exitCode).toBe(3);
  expect(JSON.parse(asked.stdout)).toMatchObject({ status: "paused", steps: [{ waiting_for: { kind: "approval" } }, {}, {}, {}, {}, {}] });
});
