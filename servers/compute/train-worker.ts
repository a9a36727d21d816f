import { trainFile } from "./training/train-file.ts";
import { doTask } from "./work/thread-side.ts";

await doTask(trainFile);
