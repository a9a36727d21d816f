import { parseArgs } from "node:util";
import { seededRandom } from "./seeded-random.ts";
import { servedKills } from "./served-kills.ts";

/* `npm run kill:serve -- --kills 50 [--seed 1]`: kills a serving process while it is used over HTTP and MCP. */

const { values } = parseArgs({ options: { kills: { type: "string", default: "50" }, seed: { type: "string", default: "1" } } });
const { faults, kills, created, executed, unanswered } = await servedKills(Number(values.kills), seededRandom(Number(values.seed)));
for (const fault of faults.slice(0, 50)) process.stdout.write(`${fault}\n`);
process.stdout.write(
  `${kills} kills, ${created} workflows, ${executed} executions, ${unanswered} requests unanswered, ${faults.length} faults\n`,
);
process.exitCode = faults.length === 0 ? 0 : 1;
