import { join } from "node:path";
import { type Described, describe, type SourceFile } from "./source-file.ts";
import { openLockedDatabase } from "./locked-database.ts";

/** What columns a file has and how many rows. @throws Refusal - it cannot be read, or has not what it should have */
export async function inspectFile(source: SourceFile, directory: string, { memoryMb, signal }: InspectOptions): Promise<Described> {
  using database = await openLockedDatabase({
    files: [source.path],
    spillDirectory: join(directory, "spill"),
    memoryMb,
    side: { stopped: () => signal.aborted, onStop: (stop) => signal.addEventListener("abort", stop, { once: true }) },
  });
  return await describe(database, source);
}

export interface InspectOptions {
  readonly memoryMb: number;
  readonly signal: AbortSignal;
}
