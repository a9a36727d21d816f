/** What a child gets of our own environment. Everything else could be a secret, and has to be configured. */
const INHERITED: readonly string[] = (
  process.platform === "win32"
    ? "APPDATA COMSPEC HOMEDRIVE HOMEPATH LOCALAPPDATA PATH PATHEXT PROGRAMDATA PROGRAMFILES SYSTEMROOT TEMP USERNAME USERPROFILE"
    : "HOME LANG LC_ALL LC_CTYPE LOGNAME PATH SHELL TERM TMPDIR TZ USER"
).split(" ");

/** The environment of a child process: the few variables that every program needs, and what is configured. */
export function childEnvironment(configured: Readonly<Record<string, string>>): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of INHERITED) {
    const value = process.env[name];
    // A value that begins like this is a function exported by an old shell.
    if (value !== undefined && !value.startsWith("()")) environment[name] = value;
  }
  return { ...environment, ...configured };
}
