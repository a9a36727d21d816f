import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { startCommand } from "../support/built-command.ts";
import type { ExampleClone } from "../support/example-clone.ts";
import { cloneOf } from "../support/example-clone.ts";

const CONFIG = ["--config", "examples/patterns/tutti.yaml"];

interface Application {
  readonly application_id: string;
  readonly status: string;
  readonly in_force: boolean | null;
  readonly results: { readonly outcome: string } | null;
}

async function json<Document>(example: ExampleClone, ...args: readonly string[]): Promise<Document> {
  const { stdout } = await example.run(["patterns", ...args, "--json", ...CONFIG]);
  return JSON.parse(stdout) as Document;
}

test("the rules of examples/patterns become checks, and their document says which", async () => {
  using example = cloneOf("patterns");
  const { patterns } = await json<{ patterns: readonly { name: string; origin: string }[] }>(example, "list");
  expect(patterns.filter(({ origin }) => origin === "user")).toMatchObject([{ name: "checked-change" }]);
  const args = ["documentation-to-implementation-bridge", "--component", "documentation", "--params", "examples/patterns/bridge.yaml"];
  expect(await example.run(["patterns", "validate", ...args, ...CONFIG])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^it can be applied\n/),
  });
  expect(await json<Application>(example, "apply", ...args, "--execute")).toMatchObject({
    status: "applied",
    results: { outcome: "completed" },
  });
  expect(readFileSync(join(example.folder, "docs/enforced-rules.md"), "utf8")).toContain(
    "| No two services share a port | check ports-free-of-clashes |",
  );
  writeFileSync(join(example.folder, "docs/ports.md"), "Ports are free.\n");
  const unstated = await json<Application>(example, "apply", ...args, "--execute");
  expect(unstated).toMatchObject({ status: "failed", results: { outcome: "validation_failed" } });
});

test("a change after which the check does not pass is taken back", async () => {
  using example = cloneOf("patterns");
  const file = join(example.folder, "services.json");
  const before = readFileSync(file, "utf8");
  const change = (content: object): readonly string[] => [
    "apply",
    "checked-change",
    "--component=services-file",
    "--param=file=services.json",
    "--param=check=ports-registered",
    `--param=content=${JSON.stringify(content)}`,
    "--execute",
  ];
  expect(await json<Application>(example, ...change({ till: 4009 }))).toMatchObject({
    status: "failed",
    results: { outcome: "failed_with_rollback" },
  });
  expect(readFileSync(file, "utf8")).toBe(before);
  expect(await json<Application>(example, ...change({ till: 4002 }))).toMatchObject({ status: "applied" });
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ till: 4002 });
  const blocked = await example.run([
    "patterns",
    "apply",
    "checked-change",
    "--component",
    "x",
    "-p",
    "file=../x",
    "-p",
    "content=",
    "-p",
    "check=y",
    ...CONFIG,
  ]);
  expect(blocked).toMatchObject({ exitCode: 65, stdout: expect.stringContaining('"../x" is not below the folder of the configuration') });
});

test("a process that serves notices when a standard no longer holds and when it holds again, also one that came later", async () => {
  using example = cloneOf("patterns");
  const [services, pattern] = [join(example.folder, "services.json"), join(example.folder, "patterns", "watched.yaml")];
  writeFileSync(
    pattern,
    `name: watched
description: Keeps looking.
requirements: [{ id: holds, description: it holds, check: { check: ports-registered } }]
workflow: { steps: [{ id: proof, check: ports-registered }] }
monitoring: { interval: 1s, checks: [holds] }
`,
  );
  const { application_id: id } = await json<Application>(example, "apply", "watched", "--component", "ports", "--execute");
  const becomes = async (wanted: boolean): Promise<boolean> => {
    for (let look = 0; look < 100; look += 1) {
      if ((await json<Application>(example, "applications", id)).in_force === wanted) return true;
      await pause(200);
    }
    return false;
  };
  const good = readFileSync(services, "utf8");
  for (let life = 0; life < 2; life += 1) {
    await using serving = startCommand(["serve", "--port", "0", ...CONFIG], example.path);
    await serving.printed(/at (http:\S+)/);
    expect(await becomes(true)).toBe(true);
    writeFileSync(services, '{ "till": 4009 }');
    expect(await becomes(false)).toBe(true);
    await serving.printed(/what a pattern requires no longer holds/, "stderr");
    writeFileSync(services, good);
    expect(await becomes(true)).toBe(true);
  }
});
