import { parseArgs } from "node:util";
import { seededRandom } from "./seeded-random.ts";
import { StormLedger } from "./storm-ledger.ts";
import { StormTools } from "./storm-tools.ts";
import { serveHttp, serveStdio, serveWebSocket } from "./storm-transports.ts";

/*
 * One replica of a server of the storm, as a process of its own. It writes what was really done to it into the ledger that
 * it shares with the other replicas, and answers as the weather in there says.
 */

const { values } = parseArgs({
  options: {
    ledger: { type: "string", default: "" },
    replica: { type: "string", default: "" },
    transport: { type: "string", default: "stdio" },
    seed: { type: "string", default: "1" },
    honours: { type: "boolean", default: false },
  },
});

const ledger = new StormLedger(values.ledger);
ledger.begin(values.replica, process.pid);
const tools = new StormTools({
  ledger,
  replica: values.replica,
  honoursKey: values.honours,
  random: seededRandom(Number(values.seed)),
  writesLines: values.transport === "stdio",
});

switch (values.transport) {
  case "stdio":
    serveStdio(tools);
    break;
  case "websocket":
    await serveWebSocket(tools);
    break;
  case "http":
  case "http-sessions":
  case "http-events":
    await serveHttp(tools, { sessions: values.transport === "http-sessions", events: values.transport === "http-events" });
    break;
  default:
    throw new RangeError(`there is no transport ${values.transport}`);
}
