import type { Machine } from "../model/machine.ts";
import type { MachineStore } from "../ports/machine-store.ts";
import { prepare } from "./prepare.ts";
import type { Records } from "./records.ts";
import { parseStoredObject } from "./stored-json.ts";

interface MachineRow {
  readonly machine_id: string;
  readonly registered_at_ms: number;
  readonly last_heartbeat_at_ms: number;
  readonly body: string;
}

/** What the columns do not have. It has been checked when the machine joined, and is written by nobody else. */
type MachineBody = Omit<Machine, "machineId" | "registeredAtMs" | "lastHeartbeatAtMs">;

const SELECT = "SELECT machine_id, registered_at_ms, last_heartbeat_at_ms, body FROM machines ORDER BY machine_id";
const UPSERT = `
INSERT INTO machines (machine_id, registered_at_ms, last_heartbeat_at_ms, body) VALUES (?, ?, ?, ?)
ON CONFLICT (machine_id) DO UPDATE SET
  registered_at_ms = excluded.registered_at_ms, last_heartbeat_at_ms = excluded.last_heartbeat_at_ms, body = excluded.body`;

/** Machines that have joined, in the table `machines`. */
export function sqliteMachineStore(records: Records): MachineStore {
  return {
    load: () => records.read((database) => prepare<MachineRow>(database, SELECT).all().map(machineOf)),
    async save({ machineId, registeredAtMs, lastHeartbeatAtMs, ...body }) {
      await records.write((database) => {
        prepare(database, UPSERT).run(machineId, registeredAtMs, lastHeartbeatAtMs, JSON.stringify(body));
      });
    },
    async remove(machineId) {
      await records.write((database) => {
        prepare(database, "DELETE FROM machines WHERE machine_id = ?").run(machineId);
      });
    },
  };
}

function machineOf(row: MachineRow): Machine {
  const body = parseStoredObject(row.body, `machine "${row.machine_id}"`) as unknown as MachineBody;
  const { machine_id: machineId, registered_at_ms: registeredAtMs, last_heartbeat_at_ms: lastHeartbeatAtMs } = row;
  return { ...body, machineId, registeredAtMs, lastHeartbeatAtMs };
}
