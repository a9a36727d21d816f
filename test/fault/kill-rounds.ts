import { parseArgs } from "node:util";
import { KILLED, killRound } from "./kill-round.ts";
import { seededRandom } from "./seeded-random.ts";

/* `npm run kill -- --rounds 500 [--seed 1]`: kills the real command at random moments, as often as one likes. */

const { values } = parseArgs({ options: { rounds: { type: "string", default: "100" }, seed: { type: "string", default: "1" } } });
const rounds = Number(values.rounds);
const seed = Number(values.seed);
let failed = 0;
let kills = 0;
let doubts = 0;
for (let round = 0; round < rounds; round += 1) {
  const kind = KILLED[round % KILLED.length];
  if (kind === undefined) break;
  const result = await killRound(kind, seededRandom(seed + round));
  kills += result.kills;
  doubts += result.doubts;
  if (result.faults.length === 0) continue;
  failed += 1;
  process.stdout.write(`seed ${seed + round} ${result.file}: ${result.faults.join("; ")}\n`);
}
process.stdout.write(`${rounds - failed} of ${rounds} rounds good, ${kills} kills, ${doubts} calls in doubt resolved by a person\n`);
process.exitCode = failed === 0 ? 0 : 1;
