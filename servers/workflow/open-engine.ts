import { setTimeout as sleep } from "node:timers/promises";
import { type Config, isTuttiError, openTutti, pruneExecutions, type Tutti } from "tutti";
import { openTenantKeys, type TenantKeys } from "./tenant-keys.ts";
import { type TenantClient, tenantClient } from "./tenant-client.ts";

/** Tutti in this process. Disposing lets go of it; executions that have not ended go on with the next process. */
export interface Engine extends AsyncDisposable {
  /** For one tenant, who sees and changes nothing of others. @throws ToolError - nobody can be a tenant of that name */
  clientFor(caller: EngineCaller): Promise<TenantClient>;
  /** The program itself, which sees everything: for the status of the server alone. */
  readonly tutti: Tutti;
  /** The servers that workflows can call, by name. */
  readonly servers: ReadonlySet<string>;
}

/** Who asks. */
export interface EngineCaller {
  readonly tenant: string;
  readonly user?: string;
}

interface EngineSettings {
  readonly directory: string;
  /** What SERVERS_CONFIG says. Without it there are no servers. */
  readonly config: Config | undefined;
  /** Executions that ended longer ago are forgotten. */
  readonly keepDays: number;
}

const DAY_MS = 86_400_000;

/** For so long the process before, which may be on its way out, is waited for. */
const PATIENCE_MS = 10_000;

const CLOSING_MS = 1_500;

/** @throws Error - another process works in this folder */
export async function openEngine({ directory, config, keepDays }: EngineSettings): Promise<Engine> {
  const keys = openTenantKeys(directory);
  const tutti = await openPatiently(directory, config, keys);
  keys.publish();
  const resumed = tutti.resumeInterrupted().catch(note("what was interrupted cannot be taken up"));
  const prune = async (): Promise<void> => {
    await tutti.operations.call(pruneExecutions, { olderThanMs: keepDays * DAY_MS }, { signal: new AbortController().signal });
  };
  const pruning = setInterval(() => void prune().catch(note("old executions are not forgotten")), DAY_MS).unref();
  const pruned = prune().catch(note("old executions are not forgotten"));
  return {
    tutti,
    servers: new Set(config?.servers.map(({ name }) => name)),
    clientFor: async (caller) => tenantClient(tutti, await keys.tokenFor(caller)),
    async [Symbol.asyncDispose]() {
      clearInterval(pruning);
      const closed = tutti[Symbol.asyncDispose]().then(async () => await Promise.all([resumed, pruned]));
      // Tutti gives calls that are under way five seconds. Whoever has started this server kills it sooner, and it has
      // nothing to lose: what is under way is in the journal.
      using limit = alarm(CLOSING_MS);
      await Promise.race([closed, limit.rings]);
    },
  };
}

async function openPatiently(directory: string, config: Config | undefined, keys: TenantKeys): Promise<Tutti> {
  const endMs = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await openTutti({
        dataDirectory: directory,
        servers: config?.servers ?? [],
        access: { identity: keys.identity, roles: {}, tenants: {} },
        ...(config === undefined ? {} : fromConfig(config)),
      });
    } catch (error) {
      if (!isTuttiError(error, "journal.locked")) throw error;
      if (Date.now() > endMs) {
        throw new Error(`another workflow server works in ${directory}: wait until it ends, or give this one another STATE_DIR`, {
          cause: error,
        });
      }
      await sleep(100);
    }
  }
}

function fromConfig(config: Config): Pick<Parameters<typeof openTutti>[0], "settings" | "checks" | "maxConcurrentCalls"> {
  const { tls, sharedResources, clientRate, demands, checkRegistry, maxConcurrentCalls } = config;
  const optional = { ...(tls === undefined ? {} : { tls }), ...(clientRate === undefined ? {} : { clientRate }) };
  return {
    settings: { sharedResources, demands, ...optional },
    checks: checkRegistry,
    ...(maxConcurrentCalls === undefined ? {} : { maxConcurrentCalls }),
  };
}

function note(what: string): (error: unknown) => void {
  return (error) => void process.stderr.write(`${what}: ${error instanceof Error ? error.message : String(error)}\n`);
}

function alarm(ms: number): Disposable & { readonly rings: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  return { rings: promise, [Symbol.dispose]: () => clearTimeout(timer) };
}
