import type { Clock } from "../base/clock.ts";
import type { AccessConfig } from "../model/access.ts";
import type { ServerConfig } from "../model/server.ts";
import type { AuditLog } from "../ports/audit.ts";
import type { Connections } from "../ports/connections.ts";
import type { ToolCaller } from "../ports/tool-caller.ts";
import { answerFromCache } from "./answer-from-cache.ts";
import { askToSend } from "./ask-to-send.ts";
import { auditCall } from "./audit-call.ts";
import { authorize } from "./authorize.ts";
import { callMeta } from "./call-meta.ts";
import { CallRecord } from "./call-record.ts";
import type { CallStage, NextStage } from "./call-stage.ts";
import { type ContextInjectors, contextInjectors } from "./context-injectors.ts";
import { fillInSecrets } from "./fill-in-secrets.ts";
import { hideSecrets } from "./hide-secrets.ts";
import { injectContext } from "./inject-context.ts";
import { outsideContext } from "./outside-context.ts";
import { refuseForeignTenant } from "./refuse-foreign-tenant.ts";
import type { RememberedSecrets } from "./remember-secrets.ts";
import { sendToServer } from "./send-to-server.ts";
import { sensitiveFields } from "./sensitive-fields.ts";
import { stripReserved } from "./strip-reserved.ts";
import { type CallLimits, takePlace } from "./take-place.ts";

export interface CallPathPorts {
  readonly connections: Connections;
  /** What the owner says of the servers, by name. */
  readonly servers: ReadonlyMap<string, ServerConfig>;
  readonly secrets: RememberedSecrets;
  readonly clock: Clock;
  readonly limits: CallLimits;
  /** Who may do what. Without it whatever a server or a step demands is missing. */
  readonly access?: AccessConfig | undefined;
  /** Default: nothing is recorded. */
  readonly audit?: AuditLog | undefined;
  /** Default: those that the configuration of the servers asks for. */
  readonly injectors?: ContextInjectors;
}

/** The path of one call from the engine to a server, and back: this list, from top to bottom. */
export function createToolCaller(ports: CallPathPorts): ToolCaller {
  const { servers, secrets, clock, audit } = ports;
  const connections = outsideContext(ports.connections);
  const injectors = ports.injectors ?? contextInjectors(servers, connections);
  const stages: readonly CallStage[] = [
    stripReserved(audit),
    refuseForeignTenant(audit),
    authorize({ access: ports.access ?? NOBODY, permissionsOf: (server, tool) => permissionsOf(servers.get(server), tool), audit }),
    ...(audit === undefined ? [] : [auditCall(audit, sensitiveFields(servers, connections))]),
    answerFromCache(clock, injectors),
    takePlace(ports.limits),
    hideSecrets(secrets),
    injectContext(injectors, clock),
    fillInSecrets(secrets),
    askToSend, // From here on the call may have taken effect.
  ];
  const path = stages.reduceRight<NextStage>((next, stage) => (call) => stage(call, next), sendToServer(connections, servers));
  const names = new Set(connections.names);
  return {
    serves: (server) => names.has(server),
    async call(request, gate, signal) {
      const record = new CallRecord(clock);
      const outcome = await path({ request, meta: callMeta(request), gate, signal, record });
      const trip = record.trip();
      return trip === undefined ? outcome : { ...outcome, trip };
    },
  };
}

const NOBODY: AccessConfig = { roles: {}, tenants: {} };

function permissionsOf(server: ServerConfig | undefined, tool: string): readonly string[] {
  const permissions = server?.permissions;
  if (permissions === undefined) return [];
  const needed = (name: string): readonly string[] => (Object.hasOwn(permissions, name) ? (permissions[name] ?? []) : []);
  return [...needed("*"), ...needed(tool)];
}
