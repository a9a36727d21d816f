import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { inRepository } from "./built-command.ts";

/** A reference server as a process that listens. Disposing ends it, as a person would. */
export interface ServedServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT/mcp` */
  readonly url: string;
}

/** @param environment - beside PATH and HOME, all that it gets */
export async function serveOverHttp(name: string, environment: Readonly<Record<string, string>>): Promise<ServedServer> {
  const { PATH = "", HOME = "" } = process.env;
  const file = inRepository(join("servers", name, "start.ts"));
  const child = spawn(process.execPath, [file, "--http", "0"], {
    env: { PATH, HOME, ...environment },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = once(child, "close");
  let log = "";
  const url = await new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      log += text;
      const found = /listens at (\S+)/.exec(log)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once("close", () => reject(new Error(`${name} ended: ${log}`)));
  });
  return {
    url,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
      const [, signal] = (await ended) as [number | null, NodeJS.Signals | null];
      clearTimeout(late);
      if (signal === "SIGKILL") throw new Error(`${name} did not end when it was told to`);
    },
  };
}
