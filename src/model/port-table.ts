/** What a service is, which decides where a free port for it is looked for. */
export type ServiceType = "database" | "web_ui" | "api" | "websocket" | "monitoring" | "communication" | "mcp_server" | "analytics";

/** A TCP port that belongs to one service. */
export interface PortAllocation {
  readonly port: number;
  readonly service: string;
  readonly type: ServiceType;
  readonly project: string;
  readonly purpose: string;
  /** Whether a process of this project listens there, or the port is only kept for somebody else. */
  readonly status: "active" | "reserved";
}

export type PortTable = readonly PortAllocation[];

/** What a serving process listens for, by the names of the table. */
export const SERVICES = {
  server: "caelum-workflow-orchestration",
  cluster: "cluster-communication",
  dashboard: "analytics-dashboard",
} as const;

/** The ports that are spoken for on one machine. docs/configuration.md shows them. */
export const PORT_TABLE: PortTable = [
  ...allocations("reserved", "infrastructure", [
    [3000, "grafana", "web_ui", "charts of metrics"],
    [5432, "postgresql", "database", "relational database"],
    [6379, "redis", "database", "cache and queues"],
    [8086, "influxdb", "database", "time series"],
    [8200, "streamlit", "web_ui", "pages of data"],
    [8300, "jupyter", "web_ui", "notebooks"],
    [9090, "prometheus", "monitoring", "collects metrics"],
  ]),
  ...allocations("reserved", "content-pipeline", [
    [3001, "news-data-server", "mcp_server", "articles by query and category"],
    [3002, "template-server", "mcp_server", "documents from templates"],
    [3003, "database-server", "mcp_server", "queries of a database"],
    [3004, "analytics-server", "mcp_server", "how content is read"],
    [3005, "content-workflow-server", "mcp_server", "sample workflows"],
    [3006, "api-gateway-server", "mcp_server", "calls of outside interfaces"],
  ]),
  ...allocations("reserved", "caelum", [
    [8000, "api-gateway", "api", "entrance for programs"],
    [8100, "analytics-metrics", "mcp_server", "metrics"],
    [8101, "business-intelligence", "mcp_server", "business figures"],
    [8102, "code-analysis", "mcp_server", "analysis of code"],
    [8103, "deployment-infrastructure", "mcp_server", "deployment"],
    [8104, "device-orchestration", "mcp_server", "devices"],
    [8105, "intelligence-hub", "mcp_server", "gathered knowledge of projects"],
    [8106, "knowledge-management", "mcp_server", "documents"],
    [8107, "opportunity-discovery", "mcp_server", "opportunities"],
    [8108, "performance-optimization", "mcp_server", "performance"],
    [8109, "project-intelligence", "mcp_server", "state of projects"],
    [8110, "security-compliance", "mcp_server", "compliance"],
    [8111, "security-management", "mcp_server", "security"],
    [8112, "user-profile", "mcp_server", "people"],
    [8114, "cross-device-notifications", "mcp_server", "messages to devices"],
    [8115, "development-session", "mcp_server", "sessions of development"],
    [8116, "integration-testing", "mcp_server", "integration tests"],
    [8117, "ollama-pool", "mcp_server", "language models"],
  ]),
  ...allocations("reserved", "enterprise", [
    [8001, "data-server", "mcp_server", "queries and exports of data"],
    [8002, "compute-server", "mcp_server", "training and prediction"],
    [8003, "storage-server", "mcp_server", "files and backups"],
    [8004, "integration-server", "mcp_server", "calls of other systems"],
    [8005, "security-server", "mcp_server", "identity, encryption and audit"],
    [8006, "notification-server", "mcp_server", "messages and alerts"],
    [8007, "workflow-server", "mcp_server", "workflows as tools of other workflows"],
  ]),
  ...allocations("active", "caelum", [
    [8080, SERVICES.cluster, "websocket", "machines of a cluster, and news of executions"],
    [8090, SERVICES.dashboard, "web_ui", "dashboard of executions"],
    [8113, SERVICES.server, "mcp_server", "workflows: MCP, HTTP, health and metrics"],
  ]),
].sort(byPort);

/** The table with services that have other ports, and with services that it does not know. Those are taken for interfaces. */
export function portTable(ports: Readonly<Record<string, number>>): PortTable {
  const known = PORT_TABLE.map((entry) => (Object.hasOwn(ports, entry.service) ? { ...entry, port: ports[entry.service] ?? 0 } : entry));
  const names = new Set(known.map(({ service }) => service));
  const added = Object.entries(ports).flatMap(([service, port]): PortTable =>
    names.has(service) ? [] : [{ port, service, type: "api", project: "configured", purpose: "as configured", status: "reserved" }],
  );
  return [...known, ...added].sort(byPort);
}

/** Whose port it is; undefined when it is nobody's. */
export function allocationOf(port: number, table: PortTable): PortAllocation | undefined {
  return table.find((entry) => entry.port === port);
}

/** What a service has; undefined when it is not registered. */
export function registeredFor(service: string, table: PortTable): PortAllocation | undefined {
  return table.find((entry) => entry.service === service);
}

/** The ports that a service of this type could have besides, in the order in which they are to be tried: nobody's. */
export function alternativesFor(type: ServiceType | undefined, table: PortTable): readonly number[] {
  const [from, to] = (type === undefined ? undefined : RANGES[type]) ?? OTHER_RANGE;
  const spokenFor = new Set(table.map(({ port }) => port));
  return Array.from({ length: to - from + 1 }, (_, index) => from + index).filter((port) => !spokenFor.has(port));
}

const OTHER_RANGE = [8200, 8999] as const;

const RANGES: Readonly<Partial<Record<ServiceType, readonly [number, number]>>> = {
  web_ui: [8091, 8099],
  api: [8001, 8099],
  mcp_server: [8100, 8199],
};

type Row = readonly [port: number, service: string, type: ServiceType, purpose: string];

function allocations(status: PortAllocation["status"], project: string, rows: readonly Row[]): PortTable {
  return rows.map(([port, service, type, purpose]) => ({ port, service, type, project, purpose, status }));
}

function byPort(left: PortAllocation, right: PortAllocation): number {
  return left.port - right.port;
}
