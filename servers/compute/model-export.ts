import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { exchangedFile, exchangeName } from "../kit/files/exchange.ts";
import { refuse } from "../kit/reference-server.ts";
import type { Compute } from "./compute.ts";
import type { Exported, ExportTask } from "./onnx/export-onnx.ts";
import { runThread } from "./work/run-thread.ts";
import { toldRefusals } from "./work/told-refusals.ts";

const input = z.strictObject({
  model_id: z.string().min(1).max(100).describe("Model of a completed job of train_model"),
  format: z.literal("onnx").default("onnx").describe("ONNX, operator set 13"),
  file: exchangeName.describe('Name to write to in the exchange, such as "model.onnx". What is there is replaced'),
});

const tensor = z.object({
  name: z.string().describe("Of the tensor"),
  type: z.string().describe("Of its numbers"),
  shape: z.array(z.string()).describe("N: how many pairs are asked for"),
});

const output = exchangedFile.extend({
  model_id: z.string().describe("As it was given"),
  model_sha256: z.string().describe("Hash of the model that was exported"),
  format: z.literal("onnx").describe("Of the file"),
  accuracy: z.number().nullable().describe("Of the model, on what was held out"),
  inputs: z.array(tensor).describe("What the model takes; users and items have numbers, which are in the metadata of the file"),
  outputs: z.array(tensor).describe("What it gives"),
  metadata: z.array(z.string()).describe("Keys of the metadata of the file"),
  users: z.int().describe("Users that the model knows"),
  items: z.int().describe("Items that the model knows"),
  verified: z
    .object({ runtime: z.string(), pairs: z.int(), difference_max: z.number() })
    .describe("The file was run by a runtime, and its scores compared with those of predict"),
});

const ONNX_WORKER = new URL("onnx-worker.ts", import.meta.url);

/** Writes a model in a format that others run, and tries it before it is given away. */
export function modelExport({ exchange, models, owner, lanes }: Compute): ToolPlan {
  return defineTool({
    name: "model_export",
    title: "Export a model",
    description:
      "Exports a model as ONNX to the exchange. The file is run and compared with the model before it is given. The same model gives the same file.",
    effect: "repeatable",
    input,
    output,
    async run({ model_id, file }, { tenant, signal }) {
      if (!/\.onnx$/i.test(file)) throw refuse(`file is "${file}": it ends with .onnx`);
      const listed = models.find(tenant, model_id);
      const { facts, users, items } = await models.load(listed);
      const onnxPath = join(owner.workDirectory, `${randomUUID()}.onnx`);
      try {
        return await toldRefusals(signal, async () => {
          const task = { modelPath: models.path(listed), onnxPath };
          const { comparedPairs, differenceMax } = await lanes.run(signal, async () => {
            return await runThread<ExportTask, Exported>({ file: ONNX_WORKER, task, signal });
          });
          const exchanged = await exchange.write(tenant, file, async (path) => await copyFile(onnxPath, path));
          const index = { type: "int64", shape: ["N"] };
          return {
            ...exchanged,
            model_id,
            model_sha256: listed.sha256,
            format: "onnx" as const,
            accuracy: facts.accuracy,
            inputs: [
              { name: "user_index", ...index },
              { name: "item_index", ...index },
            ],
            outputs: [{ name: "score", type: "float32", shape: ["N"] }],
            metadata: ["algorithm", "users", "items", "mean", "accuracy", "baseline_accuracy", "parameters", "input_sha256"],
            users: users.length,
            items: items.length,
            verified: { runtime: "onnxruntime-web", pairs: comparedPairs, difference_max: differenceMax },
          };
        });
      } finally {
        rmSync(onnxPath, { force: true });
      }
    },
  });
}
