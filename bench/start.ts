import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { COMMAND } from "../test/support/built-command.ts";
import { temporaryDirectory } from "../test/support/temporary-directory.ts";
import { compare, type Figure } from "./figure.ts";
import { untilHeldMs, untilServerHoldsMs } from "./held-server.ts";

const ROUNDS = 15;
const WORKFLOW = "id: first-call\nsteps:\n  - { id: only, tool: s.hold, with: {} }\n";

/**
 * Milliseconds until `tutti --version` has ended, against a Node that does nothing; and from the start of `tutti run` until
 * the first call has come to a server that had to be started for it, against a Node that does nothing and then the start of
 * that server alone, with a call in its input.
 */
export async function measureStart(): Promise<readonly Figure[]> {
  const empty = (): number => spawnMs(["--eval", ""]);
  return [
    await compare({
      name: "start-version",
      unit: "ms",
      rounds: ROUNDS,
      value: async () => spawnMs([COMMAND, "--version"]),
      floor: async () => empty(),
    }),
    await compare({
      name: "start-first-call",
      unit: "ms",
      rounds: ROUNDS,
      value: firstCallMs,
      floor: async () => empty() + (await serverMs()),
    }),
  ];
}

function spawnMs(args: readonly string[]): number {
  const startMs = performance.now();
  const { status } = spawnSync(process.execPath, args, { stdio: "ignore" });
  if (status !== 0) throw new Error(`node ${args.join(" ")} exited with ${status}`);
  return performance.now() - startMs;
}

async function serverMs(): Promise<number> {
  using directory = temporaryDirectory();
  return await untilServerHoldsMs(directory.path);
}

async function firstCallMs(): Promise<number> {
  using directory = temporaryDirectory();
  const file = join(directory.path, "first-call.yaml");
  writeFileSync(file, WORKFLOW);
  return await untilHeldMs(1, ["run", file, "--json"], directory.path);
}
