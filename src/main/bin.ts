import { readVersion } from "./version.ts";

// Asked for by scripts all the time: answered before anything else is loaded.
const args = process.argv.slice(2);
if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) {
  process.stdout.write(`${readVersion()}\n`);
} else {
  const { runCli } = await import("./run-cli.ts");
  await runCli(args);
}
