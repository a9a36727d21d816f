/**
 * The beginning of an id that commands take in its place: the part of a UUID v7 that is its time in milliseconds. Less
 * would name all executions of the same minute.
 */
export function shortId(executionId: string): string {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-7/.test(executionId) ? executionId.slice(0, 13) : executionId;
}
