import { type ChildProcessByStdio, spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { holdExample, LOCK_FILE } from "../../examples/runner/hold-example.ts";
import { CATEGORIES } from "../../servers/news-data/categories.ts";
import { freshClone } from "../support/fresh-clone.ts";

interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `node examples/run.ts` with these words in a clone. */
async function run(clone: string, ...words: readonly string[]): Promise<Ended> {
  return await endOf(start(clone, words));
}

function start(clone: string, words: readonly string[]): ChildProcessByStdio<null, Readable, Readable> {
  return spawn(process.execPath, ["examples/run.ts", ...words], { cwd: clone, stdio: ["ignore", "pipe", "pipe"] });
}

async function endOf(child: ChildProcessByStdio<null, Readable, Readable>): Promise<Ended> {
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { exitCode, stdout, stderr };
}

test("an example is run by its name, as often as one likes, and says where to look", async () => {
  using clone = freshClone();
  for (let time = 0; time < 2; time += 1) {
    const { exitCode, stdout } = await run(clone.path, "data-migration");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^completed in /m);
    expect(stdout).toContain("read on       examples/data-migration/README.md");
  }
});

test("a run waits until no other one of the example goes on", async () => {
  using clone = freshClone();
  const out = join(clone.path, "examples/data-migration/out");
  const held = await holdExample(out, "data-migration");
  const child = start(clone.path, ["data-migration"]);
  const end = endOf(child);
  const told = new Promise((resolve) => void child.stderr.once("data", resolve));
  await Promise.race([told, end]);
  expect(readdirSync(out)).toEqual([LOCK_FILE]);
  held[Symbol.dispose]();
  expect(await end).toMatchObject({ exitCode: 0, stderr: 'another run of "data-migration" goes on: waiting for its end\n' });
});

test("a run that has not ended says how to go on with all that is around its servers", async () => {
  using clone = freshClone();
  const words = ["monitoring-system", "--server-down", "news-data"];
  const asked = await run(clone.path, ...words, "-p", "ask=true");
  expect(asked).toMatchObject({ exitCode: 3, stdout: expect.stringContaining(`npm run example -- ${words.join(" ")} --resume\n`) });
});

test("inputs are handed on, and the exit code is that of the workflow", async () => {
  using clone = freshClone();
  const refused = await run(clone.path, "data-migration", "-p", "year=2019");
  expect(refused).toMatchObject({ exitCode: 1, stdout: expect.stringContaining("validation failed in") });
  const strange = await run(clone.path, "content-pipeline", "-p", 'topics=[{"query":"moss","category":"garden"}]');
  const [most, last] = [CATEGORIES.slice(0, -1), CATEGORIES.at(-1)];
  const right = `${most.map((category) => `"${category}"`).join(", ")} or "${last}", not "garden"`;
  expect(strange).toMatchObject({ exitCode: 65, stderr: expect.stringContaining(right) });
});

test.each([
  [["no-such-thing"], 'there is no example "no-such-thing"'],
  [["order-processing", "--rows", "5"], 'the example "order-processing" does not know "--rows 5"'],
  [["order-processing", "--resume", "-p"], "-p wants KEY=VALUE behind it"],
])("%j is refused with one line, before anything runs", async (words, message) => {
  using clone = freshClone();
  const { exitCode, stdout, stderr } = await run(clone.path, ...words);
  expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: "" });
  expect(stderr.split("\n")[0]).toContain(message);
});
