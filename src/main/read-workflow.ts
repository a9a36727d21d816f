import { readdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { WorkflowFile, WorkflowSource } from "../contract/workflow-source.ts";
import { parseWorkflow } from "../definition/parse-workflow.ts";
import { TuttiError } from "../model/errors.ts";
import type { Workflow } from "../model/workflow.ts";
import { readText } from "./read-text.ts";

/** Files of a folder that are looked through for a workflow whose file has another name. */
const MOST_FILES = 1_000;

/**
 * Reads a workflow file, with those of the workflows that its steps run: `OTHER-ID.yaml`, `.yml` or `.json` in the
 * same folder, else whichever file there has that id. What is not found is left to the planner to report.
 *
 * @throws TuttiError `file.unreadable` - the file itself cannot be read
 */
export async function readWorkflow(file: string, workingDirectory: string): Promise<WorkflowSource> {
  const text = await readText(resolve(workingDirectory, file), file);
  const folder = new WorkflowFolder(dirname(file), workingDirectory);
  const children = new Map<string, WorkflowFile>();
  const waiting = [...wantedBy(parseWorkflow(text, file).workflow)];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const child = children.has(id) ? undefined : await folder.find(id);
    if (child === undefined) continue;
    children.set(id, child);
    waiting.push(...wantedBy(parseWorkflow(child.text, child.file).workflow));
  }
  return children.size === 0 ? { file, text } : { file, text, children: [...children.values()] };
}

function wantedBy(workflow: Workflow | undefined): readonly string[] {
  const steps = [...(workflow?.steps ?? []), ...(workflow?.finally ?? [])];
  return steps.flatMap(({ action }) => (action.kind === "workflow" ? [action.workflow] : []));
}

/** The workflow files of one folder; all are read when one is not found by its name. */
class WorkflowFolder {
  readonly #folder: string;
  readonly #workingDirectory: string;
  #all: Promise<readonly WorkflowFile[]> | undefined;

  constructor(folder: string, workingDirectory: string) {
    this.#folder = folder;
    this.#workingDirectory = workingDirectory;
  }

  async find(id: string): Promise<WorkflowFile | undefined> {
    for (const extension of ["yaml", "yml", "json"]) {
      const named = await this.#read(`${id}.${extension}`);
      if (named !== undefined) return named;
    }
    this.#all ??= this.#readAll();
    // Most files of a folder are not meant; looking for the text is much cheaper than parsing them.
    return (await this.#all).find((each) => each.text.includes(id) && parseWorkflow(each.text, each.file).workflow?.id === id);
  }

  async #readAll(): Promise<readonly WorkflowFile[]> {
    const names = await readdir(resolve(this.#workingDirectory, this.#folder));
    const files: WorkflowFile[] = [];
    for (const name of names.filter((each) => /\.(ya?ml|json)$/.test(each)).slice(0, MOST_FILES)) {
      const file = await this.#read(name);
      if (file !== undefined) files.push(file);
    }
    return files;
  }

  async #read(name: string): Promise<WorkflowFile | undefined> {
    const file = join(this.#folder, name);
    try {
      return { file, text: await readText(resolve(this.#workingDirectory, file), file) };
    } catch (error) {
      if (error instanceof TuttiError) return undefined;
      throw error;
    }
  }
}
