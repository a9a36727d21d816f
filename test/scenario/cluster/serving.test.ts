import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type RunningCommand, startCommand } from "../../support/built-command.ts";
import { CLUSTER_KEY } from "../../support/cluster-rig.ts";
import { commandWorld } from "../../support/command-world.ts";
import { listen } from "../../support/stranger.ts";

const TWICE = "id: twice\nsteps:\n  - { id: a, for_each: [1, 2], tool: echo.echo, with: { word: x } }\n";
const QUESTION = 'id: question\nsteps:\n  - { id: ask, approval: { message: "Go on?" } }\n  - { id: then, needs: [ask], value: done }\n';
const ENVIRONMENT = { CLUSTER_KEY };

/** Everything that a listener is told of executions, in short. */
interface Ear {
  readonly heard: readonly string[];
  /** Resolves when a status has come for the workflow. */
  until(words: string): Promise<void>;
}

async function earAt(hub: RunningCommand): Promise<Ear> {
  const [, url = ""] = await hub.printed(/"url":"(ws:[^"]+)"[^\n]*machines can join/, "stderr");
  const heard: string[] = [];
  const waiting = new Map<string, () => void>();
  await listen(url, CLUSTER_KEY, ({ type, workflow_id: workflow, status }) => {
    if (type !== "workflow_status_update") return;
    heard.push(`${String(workflow)} ${String(status)}`);
    waiting.get(heard.at(-1) ?? "")?.();
  });
  return {
    heard,
    until: async (words) => {
      if (heard.includes(words)) return;
      await new Promise<void>((resolve) => void waiting.set(words, resolve));
    },
  };
}

test("a listener hears each status of the executions of a process that serves, and of a run that was handed over to it", async () => {
  using world = commandWorld({ echo: "echo.ts" });
  world.write(
    "tutti.yaml",
    `${readFileSync(join(world.path, "tutti.yaml"), "utf8")}cluster: { key: "\${CLUSTER_KEY}", port: 0 }
`,
  );
  world.write("twice.yaml", TWICE);
  world.write("question.yaml", QUESTION);
  await using hub = startCommand(["serve", "--port", "0"], world.path, ENVIRONMENT);
  const ear = await earAt(hub);
  await using run = startCommand(["run", "twice.yaml"], world.path, ENVIRONMENT);
  expect(await run.finished).toMatchObject({ exitCode: 0 });
  await ear.until("twice completed");
  await using question = startCommand(["run", "question.yaml"], world.path, ENVIRONMENT);
  const [, id = ""] = await question.printed(/execution (\S+)[^]*waits for approval/);
  await ear.until("question paused");
  await using approve = startCommand(["executions", "approve", id], world.path, ENVIRONMENT);
  await approve.finished;
  await ear.until("question completed");
  expect(ear.heard).toEqual(["twice executing", "twice completed", "question executing", "question paused", "question completed"]);
  hub.process.kill("SIGTERM");
  expect(await hub.finished).toMatchObject({ exitCode: 0 });
});
