/** Deeper than anything that somebody writes, and far from what would exhaust the stack of a function that descends. */
export const DEPTH_MAX = 128;

/** Whether a value is nested so deeply that walking through it might end this process. Does not descend itself. */
export function tooDeep(value: unknown, levelsMax: number = DEPTH_MAX): boolean {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > levelsMax) return true;
    level = level.flatMap((part) => (typeof part === "object" && part !== null ? Object.values(part) : []));
  }
  return false;
}
