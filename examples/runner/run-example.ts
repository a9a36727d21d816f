import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { ExampleCommand } from "./example-command.ts";
import type { Example, ExampleRun } from "./example.ts";
import { holdExample, LOCK_FILE } from "./hold-example.ts";
import { openWorld } from "./open-world.ts";
import { toldLine } from "./told-line.ts";
import { runTutti, type TuttiPlace } from "./tutti-command.ts";

/** An execution as `tutti executions show --json` prints it, with what is looked at here. */
export interface ExecutionResult {
  readonly execution_id: string;
  readonly workflow_id: string;
  readonly outcome?: string;
  readonly status: string;
  readonly started_at?: string;
  /** Null while it goes on. */
  readonly ended_at?: string | null;
  readonly output: unknown;
  readonly metrics?: { readonly [name: string]: unknown };
}

/** How an example ended. */
export interface ExampleEnd {
  /** The worst of its runs, as `tutti run` has it. */
  readonly exitCode: number;
  readonly results: readonly ExecutionResult[];
}

/** What `afterRun` of an `after-run.ts` is given. */
export interface AfterRunSettings {
  readonly folder: string;
  readonly out: string;
  /** Of the last execution. */
  readonly result: ExecutionResult;
}

interface AfterRunModule {
  readonly afterRun: (settings: AfterRunSettings) => Promise<readonly string[]>;
}

type Asked = Pick<ExampleCommand, "inputs" | "settings" | "resume">;

/**
 * Runs the workflows of an example one after the other, with what it needs around it, and says where to look. Each example
 * has a journal of its own in its `out/`: what was interrupted in one is not taken up with the servers of another.
 *
 * @param shown - whether what Tutti prints is shown, else nothing is
 */
export async function runExample(example: Example, root: string, asked: Asked, shown: boolean): Promise<ExampleEnd> {
  const out = join(root, example.folder, "out");
  using _held = await holdExample(out, example.name);
  if (!asked.resume && example.beginsAnew) empty(out);
  await using world = await openWorld(example, root, asked.settings);
  const place: TuttiPlace = { root, environment: world.environment };
  const common = ["--config", example.config, "--data-dir", join(example.folder, "out", "journal")];
  const commands = asked.resume ? [["executions", "resume"]] : example.runs.map((run) => ["run", run.file, ...inputsOf(run, asked.inputs)]);
  const results: ExecutionResult[] = [];
  let exitCode = 0;
  let before = asked.resume ? undefined : await newestExecution(common, place);
  for (const command of commands) {
    const ended = await runTutti([...command, ...common], place, shown);
    exitCode = Math.max(exitCode, ended.exitCode);
    // The runner was told to stop together with it.
    if (ended.exitCode >= 128) break;
    const id = await newestExecution(common, place);
    // A run that was refused has made none, and the one before it is not its own.
    if (id === undefined || id === before) continue;
    before = id;
    results.push(await showExecution(id, common, place));
  }
  if (shown) {
    await showWhereToLook(example, root, results.at(-1));
    showHowToGoOn(example, asked.settings, { exitCode, results });
  }
  return { exitCode, results };
}

function empty(out: string): void {
  const names = readdirSync(out).filter((name) => name !== LOCK_FILE);
  for (const name of names) rmSync(join(out, name), { recursive: true, force: true });
}

function inputsOf({ inputs }: ExampleRun, own: readonly string[]): readonly string[] {
  const fresh = String(Math.floor(Date.now() / 1_000));
  const given = new Set(own.map((input) => input.split("=", 1)[0]));
  const needed = inputs.filter((input) => !given.has(input.split("=", 1)[0])).map((input) => input.replace("RUN", fresh));
  return [...needed, ...own].flatMap((input) => ["-p", input]);
}

/** The id of the last one that has begun. No other run uses this journal meanwhile. */
async function newestExecution(common: readonly string[], place: TuttiPlace): Promise<string | undefined> {
  const list = await runTutti(["executions", "list", "--limit", "1", "--json", ...common], place, false);
  if (list.exitCode !== 0) return undefined;
  const { executions } = JSON.parse(list.stdout) as { readonly executions: readonly ExecutionResult[] };
  return executions[0]?.execution_id;
}

async function showExecution(id: string, common: readonly string[], place: TuttiPlace): Promise<ExecutionResult> {
  const { exitCode, stdout } = await runTutti(["executions", "show", id, "--metrics", "--json", ...common], place, false);
  if (exitCode !== 0) throw new Error(`the execution ${id} cannot be shown: exit code ${exitCode}`);
  return JSON.parse(stdout) as ExecutionResult;
}

async function showWhereToLook({ folder, name }: Example, root: string, result: ExecutionResult | undefined): Promise<void> {
  if (result === undefined) return;
  const file = join(root, folder, "after-run.ts");
  const own = existsSync(file) ? await afterRun(file, { folder: join(root, folder), out: join(root, folder, "out"), result }) : [];
  for (const line of [...own, toldLine("read on", `examples/${name}/README.md`)]) process.stdout.write(`  ${line}\n`);
}

/** What has not ended: the command that Tutti tells brings nothing of what the example has around its servers. */
function showHowToGoOn({ name, hasWorld }: Example, settings: readonly string[], { exitCode, results }: ExampleEnd): void {
  const ended = exitCode < 128 && results.every(({ ended_at: end }) => (end ?? null) !== null);
  if (ended || !hasWorld) return;
  process.stdout.write(`  ${toldLine("go on with", ["npm run example --", name, ...settings, "--resume"].join(" "))}\n`);
}

async function afterRun(file: string, settings: AfterRunSettings): Promise<readonly string[]> {
  const module = (await import(pathToFileURL(file).href)) as AfterRunModule;
  return await module.afterRun(settings);
}
