/** Uses a stubborn server and then ends without closing anything, as its argument says. Writes the ids of the server's processes. */
import { openTestConnections, testServer } from "./test-connections.ts";

const how = process.argv[2];
const world = openTestConnections(testServer("stubborn.ts"));
const outcome = await world.call("processes");
if (outcome.kind !== "succeeded") throw new Error(outcome.error.message);
process.stdout.write(`${JSON.stringify(outcome.output)}\n`, () => {
  if (how === "exit") process.exit(0);
  if (how === "throw") throw new Error("nobody catches this");
});
