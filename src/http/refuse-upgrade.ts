import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { refusalOf } from "./http-refusal.ts";
import type { Refusal } from "./http-refusal.ts";

/** Answers somebody who wanted another protocol as a request would be answered, and hangs up. */
export function refuseUpgrade(wire: Duplex, error: unknown): void {
  // Whoever is refused may be gone already.
  wire.on("error", () => wire.destroy());
  const { status, headers, document } = refusalOf(error) ?? FAULT;
  const body = JSON.stringify(document);
  const lines = { connection: "close", "content-type": "application/json", "content-length": Buffer.byteLength(body), ...headers };
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...Object.entries(lines).map(([name, value]) => `${name}: ${value}`)];
  wire.end([...head, "", body].join("\r\n"));
}

const FAULT: Refusal = { status: 500, headers: {}, document: { error: { code: "http.fault", message: "something went wrong" } } };
