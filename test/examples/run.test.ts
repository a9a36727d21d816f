import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { freshClone } from "../support/fresh-clone.ts";

/** Runs `node examples/run.ts` with these words in a clone. */
async function run(clone: string, ...words: readonly string[]): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ["examples/run.ts", ...words], { cwd: clone, stdio: ["ignore", "pipe", "pipe"] });
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

test("two runs of an example at the same time follow one another", async () => {
  using clone = freshClone();
  const both = await Promise.all([run(clone.path, "data-migration"), run(clone.path, "data-migration")]);
  expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  const waited = both.map(({ stderr }) => stderr.match(/^another run of "data-migration" goes on.*$/gm) ?? []);
  expect(waited.flat()).toEqual(['another run of "data-migration" goes on: waiting for its end']);
});

test("inputs are handed on, and the exit code is that of the workflow", async () => {
  using clone = freshClone();
  const refused = await run(clone.path, "data-migration", "-p", "year=2019");
  expect(refused).toMatchObject({ exitCode: 1, stdout: expect.stringContaining("validation failed in") });
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
