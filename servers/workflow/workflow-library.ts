import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type LocatedProblem, parseWorkflow, type Workflow } from "tutti";

/** A workflow that the operator of this server has put into WORKFLOWS_DIR: every tenant can execute it, nobody can change it. */
export interface LibraryWorkflow {
  readonly id: string;
  readonly text: string;
  /** Undefined when it cannot be read; the problems say why. */
  readonly workflow?: Workflow;
  readonly problems: readonly LocatedProblem[];
}

const FILES_MAX = 200;
const BYTES_MAX = 1024 * 1024;

/** @throws Error - there is no such folder, a file of it is too large, or two workflows have one id */
export function readLibrary(folder: string): ReadonlyMap<string, LibraryWorkflow> {
  const files = filesOf(folder);
  const library = new Map<string, LibraryWorkflow>();
  for (const name of files) {
    const path = join(folder, name);
    if (statSync(path).size > BYTES_MAX) throw new Error(`${path} has more than ${BYTES_MAX / 2 ** 20} MiB`);
    const text = readFileSync(path, "utf8");
    const { workflow, problems } = parseWorkflow(text, name);
    const id = workflow?.id ?? name.replace(/\.\w+$/, "");
    if (library.has(id)) throw new Error(`${folder} has two workflows with the id "${id}"`);
    library.set(id, { id, text, problems, ...(workflow === undefined ? {} : { workflow }) });
  }
  return library;
}

function filesOf(folder: string): readonly string[] {
  try {
    const files = readdirSync(folder).filter((name) => /\.(?:ya?ml|json)$/.test(name));
    if (files.length > FILES_MAX) throw new Error(`it has more than ${FILES_MAX} workflow files`);
    return files.sort();
  } catch (cause) {
    throw new Error(`WORKFLOWS_DIR: ${folder} cannot be read: ${(cause as Error).message}`, { cause });
  }
}
