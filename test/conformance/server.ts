import { once } from "node:events";
import { parseArgs } from "node:util";
import { serveFixtures } from "./serve-fixtures.ts";

// Serves the fixtures until it is told to end: npm run conformance:server -- --port 3301

const { values } = parseArgs({ options: { port: { type: "string", default: "3301" } } });
await using serving = await serveFixtures(Number(values.port));
process.stdout.write(`${serving.url}\n`);
await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
