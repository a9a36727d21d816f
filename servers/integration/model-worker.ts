import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import * as ort from "onnxruntime-web";
import type { ModelAnswer, ModelFacts, ModelFile, ModelQuestion, RawInput } from "./model-messages.ts";
import { type ModelNames, modelNames } from "./model-metadata.ts";

/* The thread of one model: whatever a model does, it does here, and it ends with the thread. */

const MEMORY_PAGES_MAX = 16_384;
const OUTPUT_VALUES_MAX = 50_000;

interface MemoryPages {
  readonly initial: number;
  readonly maximum?: number;
  readonly shared?: boolean;
}

const wasm = (globalThis as unknown as { readonly WebAssembly: { Memory: new (pages: MemoryPages) => object } }).WebAssembly;

/** A model says itself how much memory it wants: it gets 1 GiB, where the runtime would give it 4. */
class BoundedMemory extends wasm.Memory {
  constructor(pages: MemoryPages) {
    super({ ...pages, maximum: Math.min(pages.maximum ?? MEMORY_PAGES_MAX, MEMORY_PAGES_MAX) });
  }
}

interface LoadedModel {
  readonly session: ort.InferenceSession;
  readonly names: ModelNames | undefined;
}

wasm.Memory = BoundedMemory;
ort.env.wasm.numThreads = 1;
ort.env.logLevel = "fatal";

const model = load(workerData as ModelFile);
model.then(
  (loaded) => tell({ kind: "loaded", facts: factsOf(loaded) }),
  (error: unknown) => tell({ kind: "unusable", reason: reasonOf(error) }),
);
parentPort?.on("message", (question: ModelQuestion) => {
  void answer(question).then(tell, (error: unknown) => tell({ kind: "wrong", id: question.id, reason: reasonOf(error) }));
});

function tell(message: ModelAnswer): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
  parentPort?.postMessage(message);
}

async function load({ path, sha256 }: ModelFile): Promise<LoadedModel> {
  const bytes = readFileSync(path);
  if (createHash("sha256").update(bytes).digest("hex") !== sha256) throw new Error("the file is not the one that was deployed");
  const names = modelNames(bytes);
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ["wasm"], logSeverityLevel: 4 });
  return { session, names };
}

function factsOf({ session, names }: LoadedModel): ModelFacts {
  return {
    inputs: session.inputMetadata.map((input) => ({ name: input.name, type: input.isTensor ? input.type : "none" })),
    outputs: [...session.outputNames],
    ...(names === undefined ? {} : { users: names.users.size, items: names.items.size }),
  };
}

async function answer(question: ModelQuestion): Promise<ModelAnswer> {
  const { session, names } = await model;
  const { id, pairs, inputs = {} } = question;
  if (pairs === undefined) {
    const feeds = Object.fromEntries(session.inputMetadata.map((input) => [input.name, tensorOf(input, inputs[input.name])]));
    return { kind: "outputs", id, outputs: shown(await session.run(feeds)) };
  }
  if (names === undefined) throw new Error("the model knows no users and items: give it inputs");
  const feeds = { user_index: places(pairs.users, names.users, "users"), item_index: places(pairs.items, names.items, "items") };
  const results = await session.run(feeds);
  const scores = results["score"] ?? results[session.outputNames[0] ?? ""];
  if (scores === undefined || scores.size !== pairs.users.length) throw new Error("the model gave no score for each pair");
  return { kind: "scores", id, scores: Array.from(scores.data as Float32Array, Number) };
}

function places(names: readonly string[], known: ReadonlyMap<string, number>, what: string): ort.Tensor {
  const unknown = [...new Set(names.filter((name) => !known.has(name)))];
  if (unknown.length > 0) {
    const some = unknown.slice(0, 10).map((name) => JSON.stringify(name.slice(0, 100)));
    throw new Error(
      `the model does not know these ${what}: ${some.join(", ")}${unknown.length > 10 ? ` and ${unknown.length - 10} more` : ""}`,
    );
  }
  return new ort.Tensor(
    "int64",
    BigInt64Array.from(names, (name) => BigInt(known.get(name) ?? 0)),
    [names.length],
  );
}

function tensorOf(input: ort.InferenceSession.ValueMetadata, given: RawInput | undefined): ort.Tensor {
  if (!input.isTensor) throw new Error(`the input "${input.name}" is no tensor`);
  if (given === undefined) throw new Error(`the input "${input.name}" is missing: it is a tensor of ${input.type}`);
  const { dims, data } = given;
  const amount = dims.reduce((product, size) => product * size, 1);
  if (amount !== data.length) throw new Error(`the input "${input.name}" has ${data.length} values, and its dims say ${amount}`);
  switch (input.type) {
    case "int64":
      return new ort.Tensor(
        "int64",
        BigInt64Array.from(data, (value) => BigInt(value)),
        dims,
      );
    case "int32":
      return new ort.Tensor("int32", Int32Array.from(data, Number), dims);
    case "float64":
      return new ort.Tensor("float64", Float64Array.from(data, Number), dims);
    case "float32":
      return new ort.Tensor("float32", Float32Array.from(data, Number), dims);
    case "bool":
      return new ort.Tensor("bool", data.map(Boolean), dims);
    case "string":
      return new ort.Tensor("string", data.map(String), dims);
    default:
      throw new Error(`the input "${input.name}" is of ${input.type}, which is not served`);
  }
}

function shown(results: ort.InferenceSession.OnnxValueMapType): Record<string, RawInput> {
  const tensors = Object.entries(results);
  const size = tensors.reduce((sum, [, tensor]) => sum + tensor.size, 0);
  if (size > OUTPUT_VALUES_MAX) throw new Error(`the model gave ${size} values, and ${OUTPUT_VALUES_MAX} are the most`);
  return Object.fromEntries(
    tensors.map(([name, { dims, data, type }]) => {
      const values = Array.from(data as ArrayLike<number | bigint | string | boolean>, (value) =>
        typeof value === "bigint" ? Number(value) : value,
      );
      return [name, { dims: [...dims], data: type === "bool" ? values.map(Boolean) : values }];
    }),
  );
}

function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 500);
}
