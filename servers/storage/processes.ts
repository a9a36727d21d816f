import { randomUUID } from "node:crypto";

/** What this process writes beside what it has begun. The number alone may come back: in a container it is always the same. */
export const THIS_PROCESS = `${process.pid} ${randomUUID()}`;

/** Whether the process that has written this is there, as far as one can know. */
export function isRunning(owner: string): boolean {
  const id = Number(owner.split(" ")[0]);
  if (id === process.pid) return owner === THIS_PROCESS;
  try {
    return process.kill(id, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
