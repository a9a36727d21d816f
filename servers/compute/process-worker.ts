import { processFile } from "./processing/process-file.ts";
import { doTask } from "./work/thread-side.ts";

await doTask(processFile);
