import type { Clock } from "../base/clock.ts";
import type { AccessConfig } from "../model/access.ts";
import type { ServerConfig } from "../model/server.ts";
import type { AuditLog } from "../ports/audit.ts";
import type { Connections, Servers } from "../ports/connections.ts";
import { type Log, SILENT } from "../ports/log.ts";
import { type Metrics, UNMEASURED } from "../ports/metrics.ts";
import type { ToolCaller } from "../ports/tool-caller.ts";
import { answerFromCache } from "./answer-from-cache.ts";
import { askToSend } from "./ask-to-send.ts";
import { auditCall } from "./audit-call.ts";
import { authorize } from "./authorize.ts";
import { balance } from "./balance.ts";
import { boundTime } from "./bound-time.ts";
import type { CallGuards } from "./call-guards.ts";
import { callMeta } from "./call-meta.ts";
import { CallRecord } from "./call-record.ts";
import { type ContextInjectors, contextInjectors } from "./context-injectors.ts";
import { fillInSecrets } from "./fill-in-secrets.ts";
import { hideSecrets } from "./hide-secrets.ts";
import { injectContext } from "./inject-context.ts";
import { limitRate } from "./limit-rate.ts";
import { measureCall } from "./measure-call.ts";
import { askedOutsideContext, outsideContext } from "./outside-context.ts";
import { refuseForeignTenant } from "./refuse-foreign-tenant.ts";
import type { RememberedSecrets } from "./remember-secrets.ts";
import { spendRetryBudget } from "./retry-budget.ts";
import { sendToServer } from "./send-to-server.ts";
import { sensitiveFields } from "./sensitive-fields.ts";
import { stripReserved } from "./strip-reserved.ts";
import { type NamedStage, timedStages } from "./timed-stages.ts";

export interface CallPathPorts {
  readonly connections: Connections;
  /** The same by the names of servers. Default: the connections, for servers without replicas. */
  readonly about?: Servers | undefined;
  /** What the owner says of the servers, by name; may grow. */
  readonly servers: ReadonlyMap<string, ServerConfig>;
  readonly secrets: RememberedSecrets;
  readonly clock: Clock;
  readonly guards: CallGuards;
  /** Who may do what. Without it whatever a server or a step demands is missing. */
  readonly access?: AccessConfig | undefined;
  /** Default: nothing is recorded. */
  readonly audit?: AuditLog | undefined;
  /** Default: those that the configuration of the servers asks for. */
  readonly injectors?: ContextInjectors;
  /** Default: nothing is measured. */
  readonly metrics?: Metrics | undefined;
  /** Default: nobody is told anything. */
  readonly log?: Log | undefined;
}

/** The path of one call from the engine to a server, and back: this list, from top to bottom. */
export function createToolCaller(ports: CallPathPorts): ToolCaller {
  const { servers, secrets, clock, guards, audit, metrics = UNMEASURED, log = SILENT } = ports;
  const connections = outsideContext(ports.connections);
  const about = ports.about === undefined ? connections : askedOutsideContext(ports.about);
  const injectors = ports.injectors ?? contextInjectors(servers, about);
  const permissions = (server: string, tool: string): readonly string[] => permissionsOf(servers.get(server), tool);
  const stages: readonly NamedStage[] = [
    { name: "measure", stage: measureCall({ metrics, log, servers }) },
    { name: "strip", stage: stripReserved(audit) },
    { name: "tenant", stage: refuseForeignTenant(audit) },
    { name: "authorize", stage: authorize({ access: ports.access ?? NOBODY, permissionsOf: permissions, audit }) },
    ...(audit === undefined ? [] : [{ name: "audit", stage: auditCall(audit, sensitiveFields(servers, about)) }]),
    { name: "time", stage: boundTime(clock) },
    { name: "cache", stage: answerFromCache(clock, injectors, metrics) },
    { name: "budget", stage: spendRetryBudget({ servers, clock }) },
    { name: "rate", stage: limitRate({ servers, clients: guards.clientRate, clock, metrics }) },
    { name: "balance", stage: balance({ ...guards, servers, clock, metrics, log }) },
    { name: "hide", stage: hideSecrets(secrets) },
    { name: "inject", stage: injectContext(injectors, clock) },
    { name: "secrets", stage: fillInSecrets(secrets) },
    { name: "leave", stage: askToSend }, // From here on the call may have taken effect.
  ];
  const path = timedStages(stages, sendToServer(connections, servers), { log, clock });
  return {
    serves: (server) => about.names.includes(server),
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
