/** Does not end when it is asked or told to, and has two children that do not either. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { answerText, serveLines, tool } from "./line-server.ts";

for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => undefined);
setInterval(() => undefined, 1_000);

if (process.argv[2] !== "child") {
  const children = [1, 2].map(() =>
    spawn(process.execPath, [fileURLToPath(import.meta.url), "child"], { stdio: ["ignore", "inherit", "inherit"] }),
  );
  const ids = [process.pid, ...children.map(({ pid }) => pid)];
  serveLines({ tools: [tool("processes")], call: (id) => answerText(id, JSON.stringify(ids)) });
}
