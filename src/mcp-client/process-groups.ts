/**
 * The last resort: when this process ends in whatever way still runs code, the process groups of all servers are
 * killed. The orderly way is `ServerProcess.stop`; what it has ended is no longer here.
 */
const groups = new Set<number>();
const FATAL_SIGNALS: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Keeps a process group from outliving this process. Dispose it when the group is gone. */
export function guardGroup(groupId: number): Disposable {
  if (groups.size === 0) {
    process.on("exit", killAll);
    for (const signal of FATAL_SIGNALS) process.on(signal, onFatalSignal);
  }
  groups.add(groupId);
  return {
    [Symbol.dispose]: () => {
      if (!groups.delete(groupId) || groups.size > 0) return;
      process.off("exit", killAll);
      for (const signal of FATAL_SIGNALS) process.off(signal, onFatalSignal);
    },
  };
}

/** Sends a signal to every process of a group. False when there is none left. */
export function signalGroup(groupId: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-groupId, signal);
    return true;
  } catch (error) {
    // EPERM: there is a process, but it has become somebody else's; it is not ours to end.
    return isErrno(error) && error.code === "EPERM" && signal === 0;
  }
}

function killAll(): void {
  for (const groupId of groups) signalGroup(groupId, "SIGKILL");
}

/**
 * Without any listener Node would end at once and `exit` would not fire. When somebody else listens, the end is theirs
 * to bring about; when nobody does, ours must not keep the signal from ending the process.
 */
function onFatalSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  killAll();
  process.off(signal, onFatalSignal);
  process.kill(process.pid, signal);
}

function isErrno(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error;
}
