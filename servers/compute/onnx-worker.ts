import { exportOnnx } from "./onnx/export-onnx.ts";
import { doTask } from "./work/thread-side.ts";

await doTask(exportOnnx);
