import { humanDuration } from "../../base/duration.ts";
import type { ServerVerdict } from "../../contract/check-servers.ts";
import type { ServerEntry } from "../../contract/list-servers.ts";
import type { ToolEntry } from "../../contract/list-tools.ts";
import { placeOfReplica } from "../../model/replica.ts";
import { replicaLines } from "./health-lines.ts";
import { oneLine } from "./safe-text.ts";
import { span } from "./span.ts";
import type { Line, Span } from "./span.ts";
import { tableLines } from "./table.ts";

/** Configured servers, one per line. */
export function serverTable(servers: readonly ServerEntry[]): readonly Line[] {
  return tableLines(
    servers.flatMap(({ replicas, ...server }) => {
      if (replicas === undefined) return [serverRow(server)];
      return replicas.map((replica) => serverRow({ ...replica, name: placeOfReplica(server.name, replica.name) }));
    }),
  );
}

function serverRow({ name, transport, target }: Omit<ServerEntry, "replicas">): readonly Span[] {
  return [span(name, "bold"), span(transport, "dim"), span(oneLine(target, 400))];
}

/** How the check of servers went, with their replicas, what is wrong with their configuration, and the last words of the silent. */
export function verdictTable(verdicts: readonly ServerVerdict[]): readonly Line[] {
  const lines = tableLines(verdicts.map(verdictRow));
  return verdicts.flatMap((verdict, index) => {
    return [
      lines[index] ?? [],
      ...(verdict.replicas.length > 1 ? replicaLines(verdict.replicas) : []),
      ...(verdict.status === "available" ? verdict.warnings.map(warning) : verdict.stderr.slice(-10).map(lastWord)),
    ];
  });
}

function warning(text: string): Line {
  return [span("  !", "warn"), span(`  ${oneLine(text, 400)}`)];
}

function lastWord(text: string): Line {
  return [span(`     ${oneLine(text)}`, "dim")];
}

function verdictRow(verdict: ServerVerdict): readonly Span[] {
  if (verdict.status === "unavailable") return [span(" ✖", "bad"), span(verdict.server, "bold"), span(oneLine(verdict.message), "bad")];
  const software = oneLine([verdict.title, verdict.version].filter((part) => part !== undefined).join(" "), 60);
  const tools = `${verdict.toolCount} ${verdict.toolCount === 1 ? "tool" : "tools"}`;
  const about = [
    software,
    `protocol ${verdict.protocolVersion}`,
    tools,
    `connected in ${humanDuration(verdict.connectMs)}`,
    `answers in ${humanDuration(verdict.responseMs)}`,
  ].filter((part) => part !== "");
  const sign = verdict.health === "healthy" ? span(" ✔", "good") : span(" !", "warn");
  return [sign, span(verdict.server, "bold"), span(about.join(", "))];
}

/** Tools, one per line. */
export function toolTable(tools: readonly ToolEntry[]): readonly Line[] {
  return tableLines(
    tools.map(({ name, effect, description }) => [
      span(oneLine(name, 120), "bold"),
      span(effect, effect === "once" ? "warn" : "dim"),
      span(oneLine(description ?? "", 400)),
    ]),
  );
}
