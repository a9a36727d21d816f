import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A process that listens at a port. */
export interface PortHolder {
  readonly pid: number;
  /** Of its program, as the system knows it. */
  readonly name: string;
}

/** Who listens at a port of this machine, as far as Linux tells it to this user. Undefined elsewhere, and for processes of others. */
export function portHolder(port: number): PortHolder | undefined {
  const inodes = new Set(["tcp", "tcp6"].flatMap((table) => listeningInodes(table, port)));
  if (inodes.size === 0) return undefined;
  for (const pid of numbersIn("/proc")) {
    const folder = `/proc/${pid}/fd`;
    const holds = numbersIn(folder).some((descriptor) => {
      const [, inode = ""] = /^socket:\[(\d+)\]$/.exec(linkAt(`${folder}/${descriptor}`)) ?? [];
      return inodes.has(inode);
    });
    if (holds) return { pid: Number(pid), name: textAt(`/proc/${pid}/comm`).trim() };
  }
  return undefined;
}

const LISTENING = "0A";

/** Each line: number, local address, remote address, state, ..., inode. */
function listeningInodes(table: string, port: number): readonly string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, "0");
  return textAt(`/proc/net/${table}`)
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
      return state === LISTENING && local.endsWith(`:${wanted}`) ? [inode] : [];
    });
}

function numbersIn(folder: string): readonly string[] {
  return quietly(() => readdirSync(folder).filter((name) => /^\d+$/.test(name)), []);
}

function linkAt(path: string): string {
  return quietly(() => readlinkSync(path), "");
}

function textAt(path: string): string {
  return quietly(() => readFileSync(path, "utf8"), "");
}

/** Processes end while they are looked at, and those of others are hidden. */
function quietly<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch {
    return otherwise;
  }
}
