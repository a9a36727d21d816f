/** `startedAtMs` is `started_at` on the wire, because moments travel as text; `durationMs` is `duration_ms`. */
export function wireName(key: string): string {
  return key
    .replace(/^atMs$/, "at")
    .replace(/AtMs$/, "At")
    .replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The way back, for names that are no moments: `execution_id` gives `executionId`. */
export function insideName(key: string): string {
  return key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
