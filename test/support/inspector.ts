import { execFile } from "node:child_process";
import { inRepository } from "./built-command.ts";

/** What the inspector's command line has printed. */
export interface Inspected {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Uses the inspector on a server as a stranger would: `target` is a command with its arguments, or an address. */
export async function inspect(target: readonly string[], asked: readonly string[], directory: string): Promise<Inspected> {
  const overHttp = target[0]?.startsWith("http") === true ? ["--transport", "http", "--stored-auth-only"] : [];
  const args = [inRepository("node_modules/.bin/mcp-inspector"), "--cli", ...target, ...overHttp, ...asked, "--format", "json"];
  return await new Promise((resolve) => {
    const child = execFile(process.execPath, args, { cwd: directory, maxBuffer: 64 * 2 ** 20 }, (_, stdout, stderr) =>
      resolve({ exitCode: child.exitCode ?? -1, stdout, stderr }),
    );
    child.stdin?.end();
  });
}
