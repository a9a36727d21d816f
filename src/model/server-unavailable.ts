import { TuttiError } from "./errors.ts";
import type { HealthSignal } from "./health.ts";

/** A replica that was asked in vain. */
export interface TriedReplica {
  readonly name: string;
  readonly reason: string;
  /** The last lines of what it wrote. */
  readonly stderr: readonly string[];
}

/** The refusal for a server of which no replica answers. It names all of them, unless there is only one. */
export function serverUnavailable(server: string, tried: readonly TriedReplica[], cause?: unknown): TuttiError<"server.unavailable"> {
  const [only, ...others] = tried;
  if (only === undefined) {
    return new TuttiError(
      "server.unavailable",
      `server "${server}" is not available: no machine that has it is there`,
      { server },
      { cause },
    );
  }
  const each = tried.map(({ name, reason }) => `"${name}" (${reason})`).join(", ");
  const why = others.length === 0 ? `: ${only.reason}` : `, none of its ${tried.length} replicas: ${each}`;
  const stderr = tried.flatMap((replica) => replica.stderr);
  return new TuttiError("server.unavailable", `server "${server}" is not available${why}`, { server, stderr }, { cause });
}

/** What it tells about a replica that it could not be asked: it is not there, or it is there and fails. */
export function signalOf({ details, message }: TuttiError<"server.unavailable">): HealthSignal {
  return { kind: "failed", fault: details.reached === true ? "server_error" : "connection", message };
}

/** What a refusal says beside the name of the connection, for where that is known already. */
export function triedReplica(name: string, { cause, message, details }: TuttiError<"server.unavailable">): TriedReplica {
  return { name, reason: cause instanceof Error ? cause.message : message, stderr: details.stderr ?? [] };
}
