import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import PostalMime, { type Email } from "postal-mime";
import { expect } from "vitest";
import { openWorld } from "../../examples/model-training/world.ts";
import { type Environment, type Finished, type RunningCommand, runCommand, startCommand } from "./built-command.ts";
import { freshClone } from "./fresh-clone.ts";
import { start, type StartedServer } from "./reference-server.ts";

/** As `tutti run --json` prints it. */
export interface TrainingExecution {
  readonly execution_id: string;
  readonly outcome: string;
  readonly output: { readonly accuracy: number; readonly model_sha256: string; readonly url: string } | null;
  readonly error?: { readonly message: string };
  readonly leftovers: readonly object[];
  readonly steps: readonly TrainingStep[];
}

export interface TrainingStep {
  readonly id: string;
  readonly status: string;
  readonly attempts: number;
  readonly output?: unknown;
  readonly compensation?: string;
}

/** The example `model-training` in a clone of its own, with everything around it. */
export interface TrainingWorld extends AsyncDisposable {
  readonly out: string;
  readonly environment: Environment;
  /** Trains and deploys, to the end. */
  train(inputs?: readonly string[], environment?: Environment): Promise<TrainingExecution>;
  startTraining(inputs?: readonly string[]): RunningCommand;
  tutti(args: readonly string[]): Promise<Finished>;
  /** Takes up what was interrupted, and gives the one execution that it was. */
  resume(): Promise<TrainingExecution>;
  /** One of the servers, on what the example has left. */
  server(name: string, environment?: Environment): Promise<StartedServer>;
  mails(): Promise<readonly Email[]>;
  /** What came to the chat, or as webhooks. */
  messages(folder: "slack" | "webhooks"): readonly object[];
  /** Looks until it is there, for two minutes at most. */
  until<Found>(look: () => Found | undefined): Promise<Found>;
}

const FOLDER = join("examples", "model-training");
const LIMIT_MS = 120_000;

export async function trainingWorld(rows: number): Promise<TrainingWorld> {
  await using resources = new AsyncDisposableStack();
  const clone = resources.use(freshClone());
  const folder = join(clone.path, FOLDER);
  const out = join(folder, "out");
  const { environment } = resources.use(await openWorld({ folder, out, args: ["--rows", String(rows)] }));
  const common = ["--config", join(FOLDER, "tutti.yaml"), "--data-dir", join(FOLDER, "out", "journal")];
  const run = (inputs: readonly string[]): readonly string[] => [
    "run",
    join(FOLDER, "training.yaml"),
    "--json",
    ...inputs.flatMap((input) => ["-p", input]),
    ...common,
  ];
  const tutti = async (args: readonly string[]): Promise<Finished> => await runCommand([...args, ...common], clone.path, environment);
  const all = resources.move();
  return {
    out,
    environment,
    tutti,
    async train(inputs = [], more = {}) {
      return executionIn(await runCommand(run(inputs), clone.path, { ...environment, ...more }));
    },
    startTraining: (inputs = []) => startCommand(run(inputs), clone.path, environment),
    async resume() {
      const { stdout, stderr } = await tutti(["executions", "resume", "--json"]);
      expect(stdout, `it printed ${stderr}`).toMatch(/^\[/);
      const [execution] = JSON.parse(stdout) as readonly TrainingExecution[];
      if (execution === undefined) throw new Error(`nothing was interrupted: ${stderr}`);
      return execution;
    },
    server: async (name, more = {}) =>
      await start(name, { STATE_DIR: join(out, "servers", name), EXCHANGE_DIR: join(out, "exchange"), ...more }),
    mails: async () => await Promise.all(filesIn(join(out, "mail")).map(async (file) => await PostalMime.parse(readFileSync(file)))),
    messages: (name) => filesIn(join(out, name)).map((file) => JSON.parse(readFileSync(file, "utf8")) as object),
    async until(look) {
      const endMs = performance.now() + LIMIT_MS;
      for (;;) {
        const found = look();
        if (found !== undefined) return found;
        if (performance.now() > endMs) throw new Error(`it has not happened within ${LIMIT_MS / 1_000} s`);
        await pause(20);
      }
    },
    [Symbol.asyncDispose]: async () => await all.disposeAsync(),
  };
}

/** The output of a step that has completed. */
export function outputOf({ steps, error }: TrainingExecution, id: string): unknown {
  const step = steps.find((each) => each.id === id);
  expect(step?.status, `${id}: ${JSON.stringify(error)}`).toBe("completed");
  return step?.output;
}

function executionIn({ stdout, stderr }: Finished): TrainingExecution {
  expect(stdout, `it printed ${stderr}`).toMatch(/^\{/);
  return JSON.parse(stdout) as TrainingExecution;
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => !name.startsWith("."))
    .toSorted()
    .map((name) => join(folder, name));
}
