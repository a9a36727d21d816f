import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");

/** A serving process that is killed and started again, always at the same port. Disposing kills it for good. */
export class ServedLife implements AsyncDisposable {
  readonly url: string;
  readonly #folder: string;
  readonly #port: number;
  #child: ChildProcess | undefined;
  #log = "";

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Starts it for the first time, with a server that keeps a ledger of what was done to it. */
  static async begin(folder: string): Promise<ServedLife> {
    const env = { LEDGER: join(folder, "ledger.jsonl") };
    const server = { command: process.execPath, args: [join(ROOT, "test/fault/ledger-server.ts")], env };
    writeFileSync(join(folder, "tutti.yaml"), JSON.stringify({ servers: { ledger: server }, serve: { rate: "100000/s" } }));
    const life = new ServedLife(folder, await freePort());
    await life.start();
    return life;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  get runs(): boolean {
    return this.#child?.exitCode === null && this.#child.signalCode === null;
  }

  /** What it has written to stderr since it was last started. */
  get log(): string {
    return this.#log;
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, [join(ROOT, "bin/tutti.js"), "serve", "--port", String(this.#port), "--json"], {
      cwd: this.#folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    this.#log = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (this.#log += text));
    const ready = once(child.stdout, "data").then(() => true);
    const ended = once(child, "close").then(() => false);
    if (!(await Promise.race([ready, ended]))) throw new Error(`it did not start: ${this.#log}`);
  }

  /** Nothing of it is left when this resolves, but what its servers are still doing. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "close");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolveBound) => probe.listen(0, "127.0.0.1", resolveBound));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolveClosed) => probe.close(resolveClosed));
  return port;
}
