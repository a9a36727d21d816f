import type { Machine, MachineService } from "../model/machine.ts";
import type { ClusterFault, ClusterMessage, ClusterPayloads, MessageType } from "./cluster-message.ts";
import type { ClusterRole } from "./join-frame.ts";
import type { MachineRegistry } from "./machine-registry.ts";

/** Who has sent a message. */
export interface Sender {
  readonly role: ClusterRole;
  readonly name: string;
}

/** What a hub answers, if anything. */
export type HubAnswer =
  | { readonly kind: "none" }
  | { readonly kind: "task"; readonly message: ClusterMessage<"task_progress" | "task_complete" | "task_failed"> }
  | { readonly kind: "fault"; readonly fault: ClusterFault }
  | { [Type in MessageType]: { readonly kind: "message"; readonly type: Type; readonly payload: ClusterPayloads[Type] } }[MessageType];

const NONE: HubAnswer = { kind: "none" };

/** Takes a message into the registry, and says what is answered. Tasks are somebody else's. */
export function answerMessage(message: ClusterMessage, sender: Sender, registry: MachineRegistry): HubAnswer {
  switch (message.messageType) {
    case "ping":
      return { kind: "message", type: "pong", payload: {} };
    case "pong":
    case "error":
      // Whoever answered an error with an error would never end.
      return NONE;
    case "machine_discover":
      return asked(sender, () => ({ kind: "message", type: "machine_update", payload: { machines: registry.list() } }));
    case "service_query":
      return asked(sender, () => servicesOf(registry, message.payload.serviceName));
    case "machine_register":
    case "machine_heartbeat":
    case "machine_update":
    case "service_announce":
      return fromMachine(message, sender, registry);
    case "task_progress":
    case "task_complete":
    case "task_failed":
      return sender.role === "machine" ? { kind: "task", message } : notAllowed(`a ${sender.role} has no tasks`);
    case "task_distribute":
      return unsupported(
        "tasks are distributed with the operation distribute_task (MCP, HTTP, command line), which knows who asks and what he may do",
      );
    case "resource_request":
    case "resource_reserved":
    case "resource_released":
    case "resource_available":
      return unsupported("resources are reserved by the engine for each call, for as long as it lasts; nobody else can hold them");
    case "task_assign":
    case "service_response":
    case "status_broadcast":
    case "workflow_status_update":
      return notAllowed(`only the hub sends "${message.messageType}"`);
  }
}

type MachineMessage = ClusterMessage<"machine_register" | "machine_heartbeat" | "machine_update" | "service_announce">;

function fromMachine(message: MachineMessage, { role, name }: Sender, registry: MachineRegistry): HubAnswer {
  if (role !== "machine") return notAllowed(`a ${role} is no machine`);
  switch (message.messageType) {
    case "machine_register": {
      const { machine, services } = message.payload;
      if (machine.machineId !== name) return notAllowed(`"machine_id" must be "${name}"`);
      registry.registered(machine, services);
      return { kind: "message", type: "machine_update", payload: { machines: [registry.local()] } };
    }
    case "machine_heartbeat":
      registry.heartbeat(name, message.payload);
      return NONE;
    case "service_announce":
      registry.announced(name, message.payload.services);
      return NONE;
    case "machine_update":
      return updated(message.payload.machines, name, registry);
  }
}

function updated(machines: readonly Machine[], name: string, registry: MachineRegistry): HubAnswer {
  const [machine, ...others] = machines;
  if (machine?.machineId !== name || others.length > 0) return notAllowed(`a machine tells of itself alone: of "${name}"`);
  registry.updated(machine);
  return NONE;
}

function servicesOf(registry: MachineRegistry, serviceName: string | undefined): HubAnswer {
  const wanted = (services: readonly MachineService[]): readonly MachineService[] =>
    serviceName === undefined ? services : services.filter(({ name }) => name === serviceName);
  const machines = registry
    .list()
    .map(({ machineId }) => ({ machineId, services: wanted(registry.services(machineId)) }))
    .filter(({ services }) => services.length > 0);
  return { kind: "message", type: "service_response", payload: { machines } };
}

function asked({ role }: Sender, answer: () => HubAnswer): HubAnswer {
  return role === "listener" ? notAllowed("a listener is told of changes, and asks nothing: join as a coordinator") : answer();
}

function notAllowed(message: string): HubAnswer {
  return { kind: "fault", fault: { code: "not_allowed", message } };
}

function unsupported(message: string): HubAnswer {
  return { kind: "fault", fault: { code: "unsupported", message } };
}
