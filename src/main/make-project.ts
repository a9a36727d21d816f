import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ProjectPlan } from "../cli/host.ts";
import { TuttiError } from "../model/errors.ts";
import { createDataDirectory, errorCode } from "../sqlite/data-directory.ts";

/**
 * Makes the files of a plan. What has come to be there meanwhile is left as it is.
 *
 * @throws TuttiError `file.unreadable`, `journal.unusable` - the folder or a file cannot be written
 */
export function makeProject({ directory, files }: ProjectPlan): void {
  writing(directory, () => mkdirSync(directory, { recursive: true }));
  // For this user alone, as every data directory.
  createDataDirectory(join(directory, ".tutti"));
  for (const { path, text, action } of files) {
    const file = join(directory, path);
    if (action === "append") writing(file, () => appendFileSync(file, text));
    if (action === "create") writing(file, () => writeFileSync(file, text, { flag: "wx" }));
  }
}

function writing(file: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    if (errorCode(cause) === "EEXIST") return;
    throw new TuttiError("file.unreadable", `cannot write ${file}: ${(cause as Error).message}`, { file }, { cause });
  }
}
