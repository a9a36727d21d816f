import { defined } from "../base/defined.ts";
import type { ReplicaVerdict } from "../contract/server-health.ts";
import type { ReplicaRecord } from "../model/server-record.ts";

/** What a surface tells of a replica. */
export function replicaVerdict({ name, tier, transport, address, status, answer }: ReplicaRecord): ReplicaVerdict {
  const common = { replica: name, tier, transport, address, health: status };
  if (answer.kind === "silent") return { ...common, message: answer.reason };
  const { version, responseMs, uptimeMs } = answer;
  return { ...common, responseMs, ...defined({ version, uptimeMs }) };
}
