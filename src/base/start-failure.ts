import { existsSync } from "node:fs";

/** Why a program could not be started, in words; `error` is what `spawn` gave. */
export function startFailure(program: { readonly command: string; readonly cwd?: string }, error: NodeJS.ErrnoException): string {
  // A missing directory gives the same code as a missing program.
  if (program.cwd !== undefined && !existsSync(program.cwd)) return `the directory "${program.cwd}" does not exist`;
  if (error.code === "ENOENT") return `there is no program "${program.command}"`;
  if (error.code === "EACCES") return `"${program.command}" may not be executed`;
  return error.message;
}
