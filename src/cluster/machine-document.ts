import * as z from "zod";
import { jsonObject } from "../contract/json-value.ts";
import { resources } from "../contract/plan-document.ts";
import { moment, wireObject } from "../contract/wire-object.ts";
import type { Machine, MachineService } from "../model/machine.ts";
import { MACHINE_NAME } from "../model/machine.ts";
import type { Tool } from "../model/tool.ts";

/** What a machine may announce: far more than any has, and little enough to be kept of a thousand machines. */
const SERVICES_MAX = 500;
const TOOLS_MAX = 2_000;

const shortText: z.ZodType<string> = z.string().max(255);
const share: z.ZodType<number> = z.number().min(0).max(1);

/** The name of a machine. */
export const machineName: z.ZodType<string> = z.string().regex(MACHINE_NAME, "must be letters, digits, '.', '_' and '-', at most 64");

/** How much of a machine is in use. */
export const machineUsage: z.ZodType<Machine["usage"]> = wireObject<Machine["usage"]>({
  cpu: share.exactOptional(),
  memory: share.exactOptional(),
  disk: share.exactOptional(),
});

/** What a machine may say of itself: whether it is there is not its own to say. */
export const liveStatus: z.ZodType<LiveStatus> = z.enum(["online", "busy", "maintenance"]);

export type LiveStatus = Exclude<Machine["status"], "offline">;

/** A machine as clusters tell of it. */
export const machineDocument: z.ZodType<Machine> = wireObject<Machine>(
  {
    machineId: machineName,
    hostname: shortText,
    primaryIp: z.string().max(64).exactOptional(),
    status: z.enum(["online", "offline", "busy", "maintenance"]),
    role: z.enum(["node", "coordinator", "hybrid"]),
    resources,
    usage: machineUsage,
    runningServices: z.array(shortText).max(SERVICES_MAX),
    tasks: z.int().min(0),
    registeredAtMs: moment,
    lastHeartbeatAtMs: moment,
    version: shortText,
    platform: shortText,
  },
  { names: { role: "machine_role", lastHeartbeatAtMs: "last_heartbeat", version: "caelum_version", platform: "platform_info" } },
);

const tool: z.ZodType<Tool> = wireObject<Tool>({
  name: shortText,
  title: z.string().exactOptional(),
  description: z.string().exactOptional(),
  inputSchema: jsonObject,
  outputSchema: jsonObject.exactOptional(),
  annotations: wireObject<NonNullable<Tool["annotations"]>>({
    readOnlyHint: z.boolean().exactOptional(),
    destructiveHint: z.boolean().exactOptional(),
    idempotentHint: z.boolean().exactOptional(),
    openWorldHint: z.boolean().exactOptional(),
  }).exactOptional(),
});

/** What of its servers a machine can announce: a tool whose name nobody would take is left out. */
export function announceable(services: readonly MachineService[]): readonly MachineService[] {
  return services
    .filter(({ name }) => shortText.safeEncode(name).success)
    .slice(0, SERVICES_MAX)
    .map(({ name, tools }) => ({ name, tools: tools.filter((each) => tool.safeEncode(each).success).slice(0, TOOLS_MAX) }));
}

/** The servers of a machine with their tools. */
export const machineServices: z.ZodType<readonly MachineService[]> = z
  .array(wireObject<MachineService>({ name: shortText, tools: z.array(tool).max(TOOLS_MAX) }, { names: { name: "service_name" } }))
  .max(SERVICES_MAX);
