import { spawn } from "node:child_process";

/** A small process that outlives this one for a moment, and ends the process groups that this one could not end. */
export interface Reaper {
  add(groupId: number): void;
  remove(groupId: number): void;
  /** Ends it. What has not been removed is ended with it. */
  dismiss(): void;
}

/**
 * Starts a shell that reads the ids of process groups from a pipe, and ends the groups when the pipe closes: that happens
 * also when this process is killed, which no code of its own survives. Children that do not care for the end of their
 * stdin would otherwise run on for ever.
 *
 * Where there is no shell it does nothing; neither is there a process group on Windows.
 */
export function startReaper(): Reaper | undefined {
  if (process.platform === "win32") return undefined;
  // A session of its own: it must not get the signals that a terminal sends to this process.
  const shell = spawn("/bin/sh", ["-c", SCRIPT, "tutti-reaper"], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
  const ignore = (): void => undefined;
  shell.on("error", ignore);
  shell.stdin.on("error", ignore);
  shell.unref();
  return {
    add: (groupId) => void shell.stdin.write(`add ${groupId}\n`),
    remove: (groupId) => void shell.stdin.write(`remove ${groupId}\n`),
    dismiss: () => void shell.stdin.end(),
  };
}

// `kill -0` asks whether there is anybody. Those that do not end when they are told have two seconds.
const SCRIPT = `
groups=
while read -r what id; do
  rest=
  for group in $groups; do [ "$group" = "$id" ] || rest="$rest $group"; done
  groups=$rest
  [ "$what" = add ] && groups="$groups $id"
done
living() { for group in $groups; do kill -0 "-$group" 2>/dev/null && return 0; done; return 1; }
for group in $groups; do kill -TERM "-$group" 2>/dev/null; done
for turn in 1 2 3 4; do living || exit 0; sleep 0.5 2>/dev/null || sleep 1; done
for group in $groups; do kill -KILL "-$group" 2>/dev/null; done
`;
