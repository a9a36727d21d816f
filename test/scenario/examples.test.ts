import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { inRepository, runCommand, startCommand } from "../support/built-command.ts";
import { freshClone } from "../support/fresh-clone.ts";

const RUN = ["run", "examples/notes-digest/digest.yaml", "--config", "examples/notes-digest/tutti.yaml"];
const RESUME = ["executions", "resume", "--config", "examples/notes-digest/tutti.yaml"];

/** The others have a file of tests each. */
const EXAMPLES = ["data-migration", "gated-release", "model-training", "notes-digest", "order-processing", "patterns", "user-onboarding"];

test("every example is run by a test in this file, or in one that is named for it", () => {
  const found = readdirSync(inRepository("examples")).filter((name) => existsSync(inRepository(`examples/${name}/tutti.yaml`)));
  expect(found).toEqual(EXAMPLES);
  for (const name of EXAMPLES.filter((example) => example !== "notes-digest")) {
    const files = ["scenario", "examples"].map((folder) => inRepository(`test/${folder}/${name}.test.ts`));
    expect(files.filter((file) => existsSync(file))).toHaveLength(1);
  }
});

test("notes-digest stores what the notes say, writes the digest, and can be run again", async () => {
  using clone = notesClone();
  const first = await runCommand([...RUN, "--json"], clone.path);
  expect(first).toMatchObject({ exitCode: 0 });
  expect(JSON.parse(first.stdout)).toMatchObject({
    outcome: "completed",
    output: { digest: join(realpathSync(clone.path), "examples/notes-digest/out/digest.md"), notes: 10, new_in_memory: 22 },
    leftovers: [],
  });
  const notes = clone.notes();
  expect(notes).toHaveLength(10);
  const digest = clone.digest();
  const memory = clone.memory();
  for (const { title, topic, people, decided, tasks } of notes) {
    for (const text of [...decided, ...tasks, `## ${topic}`]) expect(digest).toContain(text);
    expect(memory).toContainEqual(
      expect.objectContaining({ type: "entity", name: title, observations: expect.arrayContaining([...decided, ...tasks]) }),
    );
    expect(memory).toContainEqual({ type: "relation", from: title, to: topic, relationType: "is about" });
    for (const name of people) {
      expect(memory).toContainEqual({ type: "relation", from: name, to: title, relationType: "took part in" });
    }
  }

  const second = await runCommand([...RUN, "--json"], clone.path);
  expect(JSON.parse(second.stdout)).toMatchObject({ outcome: "completed", output: { new_in_memory: 0 } });
  expect(clone.memory()).toEqual(memory);
  expect(clone.digest()).toBe(digest);
});

test("notes-digest takes back what it stored when it may not write the digest", async () => {
  using clone = notesClone();
  const failed = await runCommand([...RUN, "-p", "digest=../digest.md", "--json"], clone.path);
  expect(failed).toMatchObject({ exitCode: 1 });
  expect(JSON.parse(failed.stdout)).toMatchObject({
    outcome: "failed_with_rollback",
    error: { server: "files", tool: "write_file", message: expect.stringContaining("path outside allowed directories") },
    leftovers: [],
  });
  expect(clone.memory()).toEqual([]);
});

test("notes-digest, killed with SIGKILL half-way, is resumed, and no call is made twice", async () => {
  using clone = notesClone();
  const id = await killedHalfWay(clone.path);
  const stored = clone.memory();
  expect(stored.length).toBeGreaterThan(22);

  const resumed = await runCommand([...RESUME, "--json"], clone.path);
  expect(resumed).toMatchObject({ exitCode: 0 });
  expect(JSON.parse(resumed.stdout)).toMatchObject([{ execution_id: id, outcome: "completed" }]);
  expect(clone.memory()).toEqual(stored);
  for (const { tasks } of clone.notes()) for (const task of tasks) expect(clone.digest()).toContain(task);

  const calls = await startedCalls(id, clone.path);
  expect(calls).toHaveLength(15);
  expect(new Set(calls).size).toBe(15);
});

test("the code in the README runs the example, and twice with one key gives one execution", async () => {
  using clone = notesClone();
  const [, code = ""] = /```js\n([\s\S]*?)```/.exec(readFileSync(inRepository("README.md"), "utf8")) ?? [];
  writeFileSync(join(clone.path, "program.mjs"), code);
  for (const _ of ["first", "second"]) {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ["program.mjs"], { cwd: clone.path });
    expect({ stdout, stderr }).toEqual({ stdout: expect.stringMatching(/^completed \{[^]*new_in_memory: 22/), stderr: "" });
  }
  const listed = await runCommand(["executions", "list", "--json"], clone.path);
  expect((JSON.parse(listed.stdout) as Listed).executions).toHaveLength(1);
});

test("the README of notes-digest shows the commands that are tested here", () => {
  const text = readFileSync(inRepository("examples/notes-digest/README.md"), "utf8");
  for (const command of [RUN, RESUME]) expect(text).toContain(`npx tutti ${command.join(" ")}`);
});

/** The notes of the example, and what it makes of them. */
function notesClone(): Clone {
  const clone = freshClone();
  const example = join(clone.path, "examples/notes-digest");
  return {
    path: clone.path,
    notes: () => readdirSync(join(example, "notes")).map((name) => readNote(join(example, "notes", name))),
    digest: () => readFileSync(join(example, "out/digest.md"), "utf8"),
    memory: () => readFileSync(join(example, "out/memory.jsonl"), "utf8").split("\n").filter(Boolean).map(parseRecord),
    [Symbol.dispose]: () => clone[Symbol.dispose](),
  };
}

interface Clone extends Disposable {
  readonly path: string;
  readonly notes: () => readonly Note[];
  readonly digest: () => string;
  /** What the memory server has in its file. */
  readonly memory: () => readonly Readonly<Record<string, unknown>>[];
}

interface Note {
  readonly title: string;
  readonly topic: string;
  readonly people: readonly string[];
  readonly decided: readonly string[];
  readonly tasks: readonly string[];
}

function readNote(path: string): Note {
  const text = readFileSync(path, "utf8");
  const all = (label: string): readonly string[] => [...text.matchAll(new RegExp(`^${label}(.*)$`, "gm"))].map(([, rest = ""]) => rest);
  return {
    title: all("# ").join(),
    topic: all("Topic: ").join(),
    people: all("People: ").join().split(", "),
    decided: all("Decided: "),
    tasks: all("To do: "),
  };
}

function parseRecord(line: string): Readonly<Record<string, unknown>> {
  return JSON.parse(line) as Readonly<Record<string, unknown>>;
}

/** Runs the example until it waits with half of its work done, and kills it there. Gives the id of the execution. */
async function killedHalfWay(directory: string): Promise<string> {
  await using run = startCommand([...RUN, "-p", "pause=6s"], directory);
  const [, id = ""] = await run.printed(/^execution (\S+)[^]*pause: waits until/);
  process.kill(ownerPid(directory), "SIGKILL");
  expect((await run.finished).signal).toBe("SIGKILL");
  return id;
}

/** As the README finds it. */
function ownerPid(directory: string): number {
  return (JSON.parse(readFileSync(join(directory, ".tutti/owner.json"), "utf8")) as { readonly pid: number }).pid;
}

interface Listed {
  readonly executions?: readonly { readonly execution_id: string }[];
}

/** The calls that were begun, once for each attempt. */
async function startedCalls(id: string, directory: string): Promise<readonly string[]> {
  const { stdout } = await runCommand(["executions", "events", id, "--json"], directory);
  const { events } = JSON.parse(stdout) as { readonly events: readonly { readonly type: string; readonly call?: unknown }[] };
  return events.filter(({ type }) => type === "call-started").map(({ call }) => JSON.stringify(call));
}
