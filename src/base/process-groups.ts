import { readdirSync, readFileSync } from "node:fs";
import { startReaper, type Reaper } from "./reaper.ts";

/**
 * The last resort. Whoever starts a process ends it in an orderly way, and what that has ended is no longer here.
 *
 * 1. Whatever way this process ends in that still runs code, the groups of all children are killed.
 * 2. If it ends in a way that does not, the reaper does that.
 */
const groups = new Set<number>();
const FATAL_SIGNALS: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];
let reaper: Reaper | undefined;

/** Keeps a process group from outliving this process. Dispose it when the group is gone. */
export function guardGroup(groupId: number): Disposable {
  if (groups.size === 0) {
    process.on("exit", killAll);
    // Before all others: those that listen only once are not counted any more when it is their turn.
    for (const signal of FATAL_SIGNALS) process.prependListener(signal, onFatalSignal);
    reaper = startReaper();
  }
  groups.add(groupId);
  reaper?.add(groupId);
  return { [Symbol.dispose]: () => letGo(groupId) };
}

/** Sends a signal to every process of a group that there still is. */
export function signalGroup(groupId: number, signal: NodeJS.Signals): void {
  kill(groupId, signal);
}

/** Whether any process of a group runs. One that has ended and that nobody has asked for its exit code does not. */
export function groupRuns(groupId: number): boolean {
  return kill(groupId, 0) && (process.platform !== "linux" || runsOnLinux(groupId));
}

function kill(groupId: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-groupId, signal);
    return true;
  } catch (error) {
    // EPERM: what is left has taken another user's rights, and cannot be ended from here.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** In a container there is often nobody who asks for exit codes, and the dead would seem to live for ever. */
function runsOnLinux(groupId: number): boolean {
  return readdirSync("/proc").some((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      // "123 (any name) S 1 122 ...": the state, the parent and the group.
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ", 3);
      return Number(group) === groupId && state !== "Z" && state !== "X";
    } catch {
      // It has ended since the directory was read.
      return false;
    }
  });
}

function letGo(groupId: number): void {
  if (!groups.delete(groupId)) return;
  reaper?.remove(groupId);
  if (groups.size > 0) return;
  process.off("exit", killAll);
  for (const signal of FATAL_SIGNALS) process.off(signal, onFatalSignal);
  reaper?.dismiss();
  reaper = undefined;
}

function killAll(): void {
  for (const groupId of groups) signalGroup(groupId, "SIGKILL");
}

/**
 * Without any listener Node would end at once, and `exit` would not be told. When somebody else listens, the end is theirs
 * to bring about; when nobody does, ours must not keep the signal from ending the process.
 */
function onFatalSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  killAll();
  process.off(signal, onFatalSignal);
  process.kill(process.pid, signal);
}
