import { parseArgs } from "node:util";
import { fuzz } from "./fuzz.ts";

/* `npm run fuzz -- --count 200000 [--seed 1]`: so much nonsense over each of HTTP, API, WebSocket and stdio. */

const { values } = parseArgs({ options: { count: { type: "string", default: "200000" }, seed: { type: "string", default: "1" } } });
const { sent, slowestMs, grownMb, faults } = await fuzz(Number(values.count), Number(values.seed));
for (const fault of faults.slice(0, 30)) process.stdout.write(`${fault}\n`);
process.stdout.write(`${sent} sent, slowest well-meant answer ${slowestMs} ms, grown by ${grownMb} MB, ${faults.length} faults\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
