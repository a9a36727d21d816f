import { statfs } from "node:fs/promises";
import { arch, availableParallelism, cpus, freemem, hostname, networkInterfaces, platform, release, totalmem } from "node:os";
import type { Clock } from "../base/clock.ts";
import { defined } from "../base/defined.ts";
import type { Ms } from "../base/duration.ts";
import type { MachineFacts } from "../cluster/machine-registry.ts";
import type { Resources } from "../model/workflow.ts";

const LOOK_EVERY_MS: Ms = 10_000;

/** What this machine is and how much of it is in use, looked at every ten seconds until it is disposed. */
export interface MachineGauge extends Disposable {
  facts(): MachineFacts;
}

export interface MachineGaugeParts {
  readonly clock: Clock;
  readonly version: string;
  /** On the disk whose use counts. */
  readonly directory: string;
  readonly role: MachineFacts["role"];
  /** What its servers have of what the system does not tell of, such as GPUs. */
  readonly resources: Resources;
}

export function machineGauge({ clock, version, directory, role, resources }: MachineGaugeParts): MachineGauge {
  let times = cpuTimes();
  let cpu: number | undefined;
  let disk: number | undefined;
  const lookAtDisk = async (): Promise<void> => {
    try {
      const { blocks, bavail } = await statfs(directory);
      disk = blocks === 0 ? undefined : share(1 - bavail / blocks);
    } catch {
      // It may not be there yet, and then nothing is known of it.
      disk = undefined;
    }
  };
  const look = (): Disposable => {
    void lookAtDisk();
    return clock.after(
      LOOK_EVERY_MS,
      () => {
        const now = cpuTimes();
        const total = now.total - times.total;
        cpu = total === 0 ? cpu : share(1 - (now.idle - times.idle) / total);
        times = now;
        timer = look();
      },
      { background: true },
    );
  };
  let timer = look();
  const primaryIp = firstAddress();
  const still = {
    hostname: hostname(),
    ...defined({ primaryIp }),
    role,
    version,
    platform: `${platform()} ${release()} ${arch()}, node ${process.versions.node}`,
  };
  return {
    facts: () => ({
      ...still,
      resources: { cpu: availableParallelism(), memoryBytes: totalmem(), ...resources },
      usage: { ...defined({ cpu, disk }), memory: share(1 - freemem() / totalmem()) },
      tasks: 0,
    }),
    [Symbol.dispose]: () => timer[Symbol.dispose](),
  };
}

function cpuTimes(): { readonly idle: number; readonly total: number } {
  let idle = 0;
  let total = 0;
  for (const { times } of cpus()) {
    idle += times.idle;
    total += times.idle + times.user + times.nice + times.sys + times.irq;
  }
  return { idle, total };
}

function share(value: number): number {
  return Math.round(Math.min(1, Math.max(0, value)) * 1_000) / 1_000;
}

function firstAddress(): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return (all.find(({ internal, family }) => !internal && family === "IPv4") ?? all.find(({ internal }) => !internal))?.address;
}
