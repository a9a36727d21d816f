/** Stands between a client and a server over stdio, and writes down every line: `recording-proxy.ts LOG COMMAND ARGS...`. */
import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline";

const [log = "", command = "", ...args] = process.argv.slice(2);
const server = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });

createInterface({ input: process.stdin })
  .on("line", (line) => {
    appendFileSync(log, `${line}\n`);
    server.stdin.write(`${line}\n`);
  })
  .on("close", () => server.stdin.end());
server.stdout.pipe(process.stdout);
server.on("exit", (code) => process.exit(code ?? 1));
