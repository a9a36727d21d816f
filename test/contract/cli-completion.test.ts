import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { completedCommands, completionScript } from "../../src/cli/completion.ts";
import { buildProgram } from "../../src/cli/program.ts";

const program = buildProgram("0.0.0", () => Promise.resolve(), { out: () => undefined, err: () => undefined });
const bash = completionScript("bash", completedCommands(program));

/** What bash offers for the last of these words. */
function completions(...words: readonly string[]): readonly string[] {
  const quoted = ["tutti", ...words].map((word) => `'${word}'`).join(" ");
  const script = `complete() { :; }\n${bash}\nCOMP_WORDS=(${quoted}); COMP_CWORD=${words.length}; _tutti; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync("bash", ["--norc", "-c", script], { encoding: "utf8", cwd: "docs/decisions" });
  expect(stderr).toBe("");
  return stdout.split("\n").filter((line) => line !== "");
}

test.each([
  { words: ["exe"], offered: ["executions"] },
  { words: ["executions", "re"], offered: ["resume", "retry", "resolve"] },
  { words: ["executions", "resolve", "some-id", "charge", "--not"], offered: ["--not-happened"] },
  { words: ["executions", "list", "--st"], offered: ["--status"] },
  { words: ["validate", "0001"], offered: ["0001-journal-of-events.md"] },
  { words: ["run", "x.yaml", "--config", "0001"], offered: ["0001-journal-of-events.md"] },
  { words: ["servers", "z"], offered: [] },
])("bash completes $words", ({ words, offered }) => {
  expect(completions(...words)).toEqual(offered);
});

test.each(["bash", "zsh", "fish"] as const)("%s is taught every command", (shell) => {
  const script = completionScript(shell, completedCommands(program));
  for (const word of ["run", "executions", "resume", "servers", "tools"]) expect(script).toContain(word);
});
