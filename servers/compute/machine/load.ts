import { availableParallelism, cpus, freemem, loadavg, totalmem } from "node:os";
import { readFileSync } from "node:fs";

/** What this machine has, and how much of it is in use. */
export interface MachineLoad {
  readonly cpu: { readonly model: string; readonly cores: number; readonly utilization: number; readonly load_average: number[] };
  readonly memory: { readonly total_mb: number; readonly available_mb: number; readonly limit_mb?: number; readonly server_mb: number };
}

interface Times {
  readonly busy: number;
  readonly all: number;
}

/** Measures the use of the processors between one call and the next; the first time, since the machine was started. */
export function openLoadMeter(): () => MachineLoad {
  let before: Times = { busy: 0, all: 0 };
  let utilization = 0;
  return () => {
    const now = times();
    const passed = now.all - before.all;
    // Ticks of 10 ms: a share of fewer is no measure.
    if (passed >= 100) {
      utilization = Math.max(0, Math.min(1, (now.busy - before.busy) / passed));
      before = now;
    }
    const limit = process.constrainedMemory();
    const total = totalmem();
    return {
      cpu: {
        model: cpus()[0]?.model.trim() ?? "unknown",
        cores: availableParallelism(),
        utilization: Math.round(utilization * 1_000) / 1_000,
        load_average: loadavg().map((load) => Math.round(load * 100) / 100),
      },
      memory: {
        total_mb: megabytes(total),
        available_mb: megabytes(available()),
        // Without a limit some systems tell a number that no machine has.
        ...(limit > 0 && limit < total ? { limit_mb: megabytes(limit) } : {}),
        server_mb: megabytes(process.memoryUsage.rss()),
      },
    };
  };
}

function times(): Times {
  return cpus().reduce(
    ({ busy, all }, { times: { user, nice, sys, irq, idle } }) => {
      const worked = user + nice + sys + irq;
      return { busy: busy + worked, all: all + worked + idle };
    },
    { busy: 0, all: 0 },
  );
}

/** What could be had without taking anything from anybody: more than what is free, because caches can be given up. */
function available(): number {
  try {
    const [, kilobytes] = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "utf8")) ?? [];
    return kilobytes === undefined ? freemem() : Number(kilobytes) * 1_024;
  } catch {
    return freemem();
  }
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
