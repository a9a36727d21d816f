import { canonicalJson } from "../base/json.ts";
import type { Json } from "../base/json.ts";
import { defined } from "../base/defined.ts";
import { randomIds } from "../base/ids.ts";
import type { Introduction, Surroundings } from "../client/local-protocol.ts";
import { printEndpoint } from "../client/local-protocol.ts";
import type { ContextInjector } from "../calls/context-injector.ts";
import { Supervisor } from "../engine/supervisor.ts";
import { executeWorkflow } from "../contract/execute-workflow.ts";
import { getServerStats } from "../contract/get-server-stats.ts";
import type { OperationGate } from "../contract/operation-caller.ts";
import { asksWho } from "../model/asks-who.ts";
import type { AccessConfig } from "../model/access.ts";
import { LOCAL_MACHINE } from "../model/machine.ts";
import { NO_CHECKS } from "../model/check.ts";
import { NO_SETTINGS } from "../model/server-settings.ts";
import type { ServerRecord } from "../model/server-record.ts";
import type { ServerConfig } from "../model/server.ts";
import { getServerStats as handleGetServerStats } from "../operations/get-server-stats.ts";
import { NewsTail } from "../operations/news-tail.ts";
import type { AuditLog } from "../ports/audit.ts";
import { SILENT } from "../ports/log.ts";
import type { Machines } from "../ports/machines.ts";
import type { PatternApplications } from "../ports/patterns.ts";
import type { Secrets } from "../ports/secrets.ts";
import type { SqliteAuditLog } from "../sqlite/audit-log.ts";
import { openAuditLog } from "../sqlite/audit-log.ts";
import { auditReader } from "../sqlite/audit-reader.ts";
import { openJournal } from "../sqlite/open-journal.ts";
import { writeOwnerNote } from "../sqlite/owner-note.ts";
import { patternApplications } from "../sqlite/pattern-applications.ts";
import { Records } from "../sqlite/records.ts";
import type { SqliteJournal } from "../sqlite/sqlite-journal.ts";
import { SqliteWorkflowStore } from "../sqlite/workflow-store.ts";
import type { HealthChange } from "../registry/health-monitor.ts";
import { AlertWatch } from "../telemetry/alert-watch.ts";
import { FollowedExecutions } from "../telemetry/followed-executions.ts";
import { openMetrics } from "../telemetry/open-metrics.ts";
import { serverStats } from "../telemetry/server-stats.ts";
import { addAuditOperations } from "./audit-operations.ts";
import { addDefinitionOperations } from "./definition-operations.ts";
import { addDrivingOperations, addReadingOperations } from "./execution-operations.ts";
import { broadcastStatus } from "./broadcast-status.ts";
import { GuestList } from "./guest-list.ts";
import { openCallerSource } from "./identify-caller.ts";
import type { CallerSource } from "./identify-caller.ts";
import { LocalEndpoint } from "./local-endpoint.ts";
import { NewsHub } from "./news-hub.ts";
import { openMachines } from "./open-machines.ts";
import type { OwnedMachines } from "./open-machines.ts";
import { operationGate } from "./operation-gate.ts";
import { OperationTable } from "./operation-table.ts";
import { RoutedCaller } from "./routed-caller.ts";
import type { OwnerOptions } from "./owner-options.ts";
import { PatternMonitor } from "./pattern-monitor.ts";
import { ScheduleRunner } from "./schedule-runner.ts";
import { addPatternOperations } from "./pattern-operations.ts";
import { openPatternWorkspace } from "./pattern-workspace.ts";
import type { PatternWorkspace } from "./pattern-workspace.ts";
import { routedDriver } from "./routed-driver.ts";
import { addServerOperations } from "./server-operations.ts";
import { addTaskOperations } from "./task-operations.ts";
import { surroundingsKey } from "./surroundings-key.ts";
import type { Telemetry } from "./telemetry.ts";
import { openWorkspace } from "./workspace.ts";
import type { Workspace } from "./workspace.ts";
import { addWorkflowOperations } from "./workflow-operations.ts";

/** Whoever sits before this process may be of another tenant than those whose servers ask, and write to the log. */
const NOBODY: Pick<OwnerOptions, "elicitor" | "log"> = { elicitor: { ask: async () => undefined }, log: { write: () => undefined } };

/** What only one process at a time may write to. */
interface OwnedStores {
  readonly journal: SqliteJournal;
  readonly audit: SqliteAuditLog;
  readonly records: Records;
  readonly machines: OwnedMachines;
}

/** What operations work on. */
interface OperatedWorkspace {
  readonly workspace: Workspace;
  readonly machines: Machines;
  readonly patterns: PatternWorkspace;
}

/** What runs on the servers of another process. */
interface Guest extends AsyncDisposable {
  readonly workspace: Workspace;
  readonly operations: OperationTable;
}

/**
 * The one process that writes to a data directory: it drives its own executions, and those that other processes hand
 * over, on their servers.
 *
 * Disposing takes no more requests, stops driving, closes the servers and lets go of the directory, in this order.
 * Executions that have not ended can be resumed.
 */
export class Owner implements AsyncDisposable {
  readonly operations: OperationTable;
  /** Lets in whoever comes to a surface of this process: the operations run on its own servers then. */
  readonly gate: OperationGate;
  readonly #options: OwnerOptions;
  readonly #journal: SqliteJournal;
  readonly #audit: SqliteAuditLog;
  readonly #records: Records;
  readonly #applications: PatternApplications;
  readonly #machines: OwnedMachines;
  readonly #broadcast: AsyncDisposable | undefined;
  readonly #startedMs: number;
  readonly #news = new NewsHub();
  readonly #tail: NewsTail;
  readonly #telemetry: Telemetry;
  readonly #executions: FollowedExecutions;
  readonly #alerts: AlertWatch;
  readonly #caller: RoutedCaller;
  readonly #supervisor: Supervisor;
  readonly #home: Workspace;
  readonly #patterns: PatternWorkspace;
  /** By what they are configured with. */
  readonly #callers = new Map<string, CallerSource>();
  /** Of other processes, by their servers, rules and secrets. */
  readonly #guests: GuestList<Guest>;
  #endpoint: LocalEndpoint | undefined;

  private constructor(options: OwnerOptions, { journal, audit, records, machines }: OwnedStores) {
    const { clock, telemetry = { metrics: openMetrics(clock), log: SILENT } } = options;
    this.#options = { ...options, telemetry };
    this.#telemetry = telemetry;
    this.#journal = journal;
    this.#audit = audit;
    this.#records = records;
    this.#applications = patternApplications(records);
    this.#machines = machines;
    this.#startedMs = clock.monotonicMs();
    const others = { machines: machines.cluster?.machines ?? ("none" as const), machinesEncrypted: machines.encrypted };
    this.#home = openWorkspace({ ...this.#options, ...others, audit });
    machines.countCalls(() => this.#home.callsOn(LOCAL_MACHINE));
    this.#tail = new NewsTail({
      feed: journal.feed,
      clock,
      subscribe: (listener) => this.#news.subscribe(({ type }) => type === "event" && listener()),
    });
    this.#caller = new RoutedCaller(this.#home.caller, journal);
    this.#guests = new GuestList({ clock, needed: ({ workspace }) => this.#caller.needs(workspace.caller) });
    this.#supervisor = new Supervisor({
      journal,
      caller: this.#caller,
      news: this.#news,
      clock,
      ids: randomIds,
      random: Math.random,
      onFault: (executionId, error) =>
        telemetry.log.write("error", "an execution cannot go on", { execution_id: executionId, reason: (error as Error).message }),
    });
    this.#executions = new FollowedExecutions({ ...telemetry, clock, summary: (executionId) => journal.summary(executionId) });
    this.#alerts = new AlertWatch({ ...telemetry, clock, executions: this.#executions });
    this.#patterns = this.#patternsOn(this.#home, options, machines.machines);
    const home = { workspace: this.#home, machines: machines.machines, patterns: this.#patterns };
    this.operations = this.#operationsOn(home, options.access).for(options.caller);
    this.gate = operationGate({
      access: options.access,
      callers: openCallerSource(options.access, { clock, audit }),
      operations: this.operations,
    });
    if (machines.cluster !== undefined) {
      const subscribe = this.#news.subscribe.bind(this.#news);
      this.#broadcast = broadcastStatus({ cluster: machines.cluster, summary: (executionId) => journal.summary(executionId), subscribe });
    }
    this.#news.subscribe((news) => {
      this.#executions.heard(news);
      if (news.type === "event" && news.event.type === "execution-ended") this.#caller.forget(news.executionId);
    });
  }

  /** @throws TuttiError `journal.locked` - another process owns the directory; `journal.unusable` */
  static async open(options: OwnerOptions): Promise<Owner> {
    const { directory, clock, auditKeyFile } = options;
    await using opened = new AsyncDisposableStack();
    const journal = opened.use(await openJournal({ directory, clock }));
    const audit = opened.use(await openAuditLog({ directory, clock, keyFile: auditKeyFile }));
    const records = opened.use(new Records({ directory, clock }));
    const { cluster: settings, servers, version, telemetry } = options;
    const machines = opened.use(
      await openMachines({ settings, servers, records, directory, clock, log: telemetry?.log ?? SILENT, version }),
    );
    const owner = new Owner(options, { journal, audit, records, machines });
    opened.move();
    try {
      owner.#endpoint = await LocalEndpoint.open(directory, (client, signal) => owner.#welcome(client, signal));
      writeOwnerNote(options.directory, { pid: process.pid, endpoint: printEndpoint(owner.#endpoint.endpoint) });
      return owner;
    } catch (error) {
      await owner[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Where whatever this process does is written down. */
  get audit(): AuditLog {
    return this.#audit;
  }

  /** Sets who changes the arguments of calls to one of its own servers, in place of what the configuration says. */
  registerInjector(server: string, injector: ContextInjector): void {
    this.#home.injectors.register(server, injector);
  }

  /** Adds one of its own servers. @throws TuttiError `config.invalid`, `input.invalid`, `server.unavailable` */
  async registerServer(server: ServerConfig, signal: AbortSignal): Promise<ServerRecord> {
    return await this.#home.pool.register(server, signal);
  }

  /** Whether one of its own servers has that name. */
  serves(server: string): boolean {
    return this.#home.pool.servers.has(server);
  }

  /** How the health of one of its own connections has changed; the oldest comes first. */
  healthChanges(connection: string): readonly HealthChange[] {
    return this.#home.pool.health.history(connection).changes;
  }

  /** Looks again and again whether what applied patterns require still holds, until that is disposed. */
  monitorPatterns(): AsyncDisposable {
    const { clock } = this.#options;
    const workflows = new SqliteWorkflowStore({ records: this.#records, clock });
    const { probes } = this.#patterns;
    return new PatternMonitor({
      applications: this.#applications,
      workflows,
      history: this.#journal,
      probes,
      clock,
      log: this.#telemetry.log,
    });
  }

  /** Executes stored workflows at the times that they say, until that is disposed. */
  runSchedules(): AsyncDisposable {
    const { clock } = this.#options;
    return new ScheduleRunner({
      workflows: new SqliteWorkflowStore({ records: this.#records, clock }),
      clock,
      log: this.#telemetry.log,
      execute: async ({ workflowId, tenant }, requestKey, signal) => {
        const identity = { ...defined({ tenant }), roles: [], permissions: [], authMethod: "none" as const };
        const started = await this.operations.for({ identity }).call(executeWorkflow, { workflowId, requestKey }, { signal });
        return started.executionId;
      },
    });
  }

  /** Where other machines join; undefined when none can. */
  get clusterUrl(): string | undefined {
    return this.#machines.cluster?.url;
  }

  /** How many other processes are connected. */
  get clients(): number {
    return this.#endpoint?.clients ?? 0;
  }

  /** Resolves when no other process is connected. */
  async idle(signal: AbortSignal): Promise<void> {
    await this.#endpoint?.idle(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await using stack = new AsyncDisposableStack();
    stack.use(this.#journal);
    stack.use(this.#audit);
    stack.use(this.#records);
    stack.use(this.#machines);
    if (this.#broadcast !== undefined) stack.use(this.#broadcast);
    stack.use(this.#guests);
    stack.use(this.#home);
    stack.use(this.#patterns);
    stack.use(this.#tail);
    stack.use(this.#executions);
    stack.use(this.#alerts);
    stack.use(this.#supervisor);
    if (this.#endpoint !== undefined) stack.use(this.#endpoint);
  }

  /** An owner that asks who is there does not let clients say how they want to be asked. */
  async #welcome({ surroundings, identityToken }: Introduction, signal: AbortSignal): Promise<OperationTable> {
    const access = asksWho(this.#options.access) ? this.#options.access : surroundings.access;
    const key = canonicalJson(access as unknown as Json);
    const callers = this.#callers.get(key) ?? openCallerSource(access, { clock: this.#options.clock, audit: this.#audit });
    this.#callers.set(key, callers);
    const caller = await callers.identify(identityToken, signal);
    const own = asksWho(access) ? undefined : await this.#options.surroundings?.();
    const atHome = own !== undefined && surroundingsKey(own) === surroundingsKey(surroundings);
    if (atHome) return this.operations.for(caller);
    const brought = { ...surroundings, access };
    return this.#guests.join(surroundingsKey(brought), () => this.#guestWith(brought), signal).operations.for(caller);
  }

  #guestWith({ servers, access, settings = NO_SETTINGS, checks = NO_CHECKS, patterns: settled, secrets }: Surroundings): Guest {
    const given: Secrets = { get: async (name) => (Object.hasOwn(secrets, name) ? secrets[name] : undefined) };
    const person = asksWho(access) ? NOBODY : {};
    const around = { ...this.#options, ...person, machines: "none" as const, audit: this.#audit };
    const workspace = openWorkspace({ ...around, servers, access, settings, checks, secrets: given });
    const machines = this.#machines.alone(servers);
    const patterns = this.#patternsOn(workspace, { checks, ...defined({ patterns: settled }) }, machines);
    const operations = this.#operationsOn({ workspace, machines, patterns }, access);
    return {
      workspace,
      operations,
      async [Symbol.asyncDispose]() {
        patterns[Symbol.dispose]();
        await workspace[Symbol.asyncDispose]();
      },
    };
  }

  #patternsOn(
    workspace: Workspace,
    { checks = NO_CHECKS, patterns }: Pick<OwnerOptions, "checks" | "patterns">,
    machines: Machines,
  ): PatternWorkspace {
    const { clock, directory } = this.#options;
    return openPatternWorkspace(patterns ?? { folder: directory }, { workspace, checks, machines, clock, log: this.#telemetry.log });
  }

  #operationsOn({ workspace: { pool, caller, callsOn }, machines, patterns }: OperatedWorkspace, access: AccessConfig): OperationTable {
    const journal = this.#journal;
    const { directory, auditKeyFile, clock } = this.#options;
    const driver = routedDriver(caller, { routes: this.#caller, supervisor: this.#supervisor, executions: this.#executions });
    const { report, driven } = driver;
    const table = new OperationTable({}, { access, audit: this.#audit });
    addDefinitionOperations(table, pool.catalogs);
    addServerOperations(table, { pool, caller }, clock);
    const audit = this.#audit;
    const { metrics } = this.#telemetry;
    const measured = { stats: () => serverStats(metrics.snapshot()), firing: () => this.#alerts.firing(), access, audit };
    table.add(getServerStats, (_, context) => handleGetServerStats(measured, context));
    addAuditOperations(table, { reader: auditReader({ directory, keyFile: auditKeyFile }), access, audit });
    addReadingOperations(table, { journal, report, driven, access, audit });
    const stored = {
      workflows: new SqliteWorkflowStore({ records: this.#records, clock }),
      history: journal,
      journal,
      driver,
      report,
      catalogs: pool.catalogs,
      clock,
      source: { clock, ids: randomIds },
      audit,
    };
    addWorkflowOperations(table, stored);
    addPatternOperations(table, { ...stored, ...patterns, applications: this.#applications, ids: randomIds, access });
    addTaskOperations(table, {
      machines,
      taskTypes: this.#options.taskTypes ?? {},
      callsOn,
      history: journal,
      journal,
      driver,
      report,
      catalogs: pool.catalogs,
      clock,
      startedMs: this.#startedMs,
      waits: (executionId) => this.#supervisor.waits(executionId),
      states: () => pool.health.states(),
      firing: () => this.#alerts.firing().filter(({ server }) => server === undefined || pool.servers.has(server)),
      source: { clock, ids: randomIds },
      audit,
    });
    return addDrivingOperations(table, {
      journal,
      driver,
      catalogs: pool.catalogs,
      security: pool.security,
      news: this.#news,
      tail: this.#tail,
      clock,
      source: { clock, ids: randomIds },
      access,
      audit,
    });
  }
}
