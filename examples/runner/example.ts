import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** One example: a folder with a configuration and at least one workflow. */
export interface Example {
  readonly name: string;
  /** Relative to the root of the repository. */
  readonly folder: string;
  /** `tutti.yaml` where there is one, since it includes the other; else `mcp.json`. */
  readonly config: string;
  /** What is run, one after the other: a file, and what it is asked for. */
  readonly runs: readonly ExampleRun[];
  /** Whether what an earlier run has left is in the way of the next one, and is taken away. */
  readonly beginsAnew: boolean;
  /** With these settings it takes seconds, where it takes minutes without. */
  readonly inShort: readonly string[];
  /** Whether it has servers of its own beside the ones in its configuration (`world.ts`). */
  readonly hasWorld: boolean;
}

export interface ExampleRun {
  readonly file: string;
  readonly inputs: readonly string[];
}

/** What workflows are asked for that have inputs without a default. `RUN` is a number that is new in each run. */
const INPUTS: Readonly<Record<string, readonly string[]>> = {
  "process-order.yaml": ["order_id=ord-RUN", "customer_id=cust-789", 'items=[{"sku":"ITEM002","quantity":1}]'],
  "onboard-user.yaml": ["name=Ben", "email=ben-RUN@example.com"],
  "migrate-data.yaml": ["year=2024"],
  "release.yaml": ["version=1.RUN"],
};

/** A second run would find all customers moved. */
const BEGIN_ANEW = ["data-migration"];

const IN_SHORT: Readonly<Record<string, readonly string[]>> = { "model-training": ["--rows", "60000"] };

/** In these folders there is no workflow to run as it is: `patterns` is applied, not run. */
const OTHERS = ["patterns"];

/** All examples, by name. @param root - the folder that has `examples/` */
export function findExamples(root: string): readonly Example[] {
  const folders = readdirSync(join(root, "examples"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.flatMap(({ name }) => exampleIn(root, name) ?? []).toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

function exampleIn(root: string, name: string): Example | undefined {
  const folder = join("examples", name);
  const config = ["tutti.yaml", "mcp.json"].map((file) => join(folder, file)).find((file) => existsSync(join(root, file)));
  if (config === undefined || OTHERS.includes(name)) return undefined;
  const files = readdirSync(join(root, folder)).filter((file) => file.endsWith(".yaml") && file !== "tutti.yaml");
  const runs = files.toSorted().map((file): ExampleRun => ({ file: join(folder, file), inputs: INPUTS[file] ?? [] }));
  const hasWorld = existsSync(join(root, folder, "world.ts"));
  return { name, folder, config, runs, beginsAnew: BEGIN_ANEW.includes(name), inShort: IN_SHORT[name] ?? [], hasWorld };
}
