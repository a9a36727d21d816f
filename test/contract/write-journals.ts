import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { live } from "../support/lives.ts";
import { STORIES, tell } from "../support/stories.ts";

/*
 * `node test/contract/write-journals.ts VERSION`: keeps the journals that this version writes. What was kept is never
 * written again; stories that have come since are added, as long as the version has not been released.
 */

const [version] = process.argv.slice(2);
if (version === undefined || !/^\d+\.\d+\.\d+$/.test(version))
  throw new Error("name the version: node test/contract/write-journals.ts 1.2.3");
const folder = join(import.meta.dirname, "journals", version);
mkdirSync(folder, { recursive: true });
for (const kind of STORIES) {
  const file = join(folder, `${kind.name.replaceAll(/[^a-z]+/g, "-")}.json`);
  if (existsSync(file)) continue;
  const story = tell(kind);
  const { report, journal } = await live(story, [3]);
  const ids = [report.executionId, ...report.steps.flatMap(({ childId }) => childId ?? [])];
  const executions = await Promise.all(
    ids.map(async (executionId) => {
      const events = await journal.read(executionId);
      const [first] = events;
      const plan = first?.type === "execution-started" ? await journal.plan(first.planHash) : undefined;
      const summary = await journal.summary(executionId);
      return { executionId, outcome: summary?.outcome, plan, events };
    }),
  );
  writeFileSync(file, `${JSON.stringify(executions)}\n`);
}
