import { spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";

/** How one scenario of the protocol's own tests has ended. */
export interface Verdict {
  readonly scenario: string;
  readonly passed: number;
  readonly failed: number;
}

export interface ConformanceRun {
  readonly verdicts: readonly Verdict[];
  /** 0 when all scenarios that count have passed. */
  readonly exitCode: number | null;
  /** All that was printed. */
  readonly text: string;
}

const ROOT = resolve(import.meta.dirname, "../..");
const VERDICT = /^[✓✗] (\S+): (\d+) passed, (\d+) failed/gmu;

/** Runs the protocol's conformance tests with these arguments. */
export async function runConformance(...args: readonly string[]): Promise<ConformanceRun> {
  const command = join(ROOT, "node_modules/@modelcontextprotocol/conformance/dist/index.js");
  const child = spawn(process.execPath, [command, ...args], { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<number | null>((resolveEnded, reject) => {
    child.on("error", reject);
    child.on("close", resolveEnded);
  });
  const [out, err, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  const verdicts = [...out.matchAll(VERDICT)].map(([, scenario = "", passed, failed]) => ({
    scenario,
    passed: Number(passed),
    failed: Number(failed),
  }));
  return { verdicts, exitCode, text: `${out}\n${err}` };
}

/** The scenarios of a run in which something has failed. */
export function failedIn({ verdicts }: ConformanceRun): readonly string[] {
  return verdicts.filter(({ failed }) => failed > 0).map(({ scenario }) => scenario);
}
