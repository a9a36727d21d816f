import { spawn } from "node:child_process";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";

/*
 * A server that is down, for `--server-down NAME`: it starts, says which tools it has, and dies at the first call. Started
 * again it dies again. Which one it is, the name of its state directory says.
 */

const name = basename(process.env["STATE_DIR"] ?? "");
const file = join(import.meta.dirname, "../../../servers", name, "start.ts");
const server = spawn(process.execPath, [file], { stdio: ["pipe", "inherit", "inherit"] });
server.on("exit", () => process.exit());
server.stdin.on("error", () => undefined);

const lines = createInterface({ input: process.stdin, crlfDelay: Infinity });
lines.on("line", (line) => {
  if (line.includes('"tools/call"')) server.kill("SIGKILL");
  else server.stdin.write(`${line}\n`);
});
lines.on("close", () => server.stdin.end());
