import type { BreakerReading } from "../calls/circuit-breakers.ts";
import { ownerOf } from "../model/replica.ts";
import type { Telemetry } from "./telemetry.ts";

/** Counts a change of a breaker, and tells whoever operates Tutti. */
export function tellOfBreaker({ connection, tool, state }: BreakerReading, { metrics, log }: Telemetry): void {
  const { server, replica } = ownerOf(connection);
  metrics.count("tutti_breaker_changes_total", { server, ...(connection === server ? {} : { replica }), state });
  const about = { server, ...(connection === server ? {} : { replica }), ...(tool === undefined ? {} : { tool }) };
  log.write("warn", `the circuit breaker is ${state.replace("_", " ")}`, about);
}
