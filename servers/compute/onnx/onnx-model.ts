import type { Model } from "../model/model-file.ts";
import { ATTRIBUTE_INT, encodeOnnx, FLOAT, INT64 } from "./onnx-messages.ts";

const IR_VERSION = 8;
const OPSET = 13;

/**
 * The model as ONNX: `user_index` and `item_index`, both int64[N], give `score`, float[N]. Which user and item has which
 * number is in the metadata. The same model gives the same bytes.
 */
export function onnxModel(model: Model): Uint8Array {
  const { users, items, width, user, item, bias } = model;
  const graph = {
    name: "collaborative_filtering",
    node: [
      node("Gather", ["users", "user_index"], "user_vectors"),
      node("Gather", ["items", "item_index"], "item_vectors"),
      node("Mul", ["user_vectors", "item_vectors"], "products"),
      { ...node("ReduceSum", ["products", "axes"], "sums"), attribute: [{ name: "keepdims", i: 0, type: ATTRIBUTE_INT }] },
      node("Gather", ["biases", "item_index"], "item_biases"),
      node("Add", ["sums", "item_biases"], "preferences"),
      node("Sigmoid", ["preferences"], "score"),
    ],
    initializer: [
      tensor("users", [users.length, width], user),
      tensor("items", [items.length, width], item),
      tensor("biases", [items.length], bias),
      { name: "axes", dims: [1], data_type: INT64, raw_data: bytesOf(BigInt64Array.of(1n)) },
    ],
    input: [value("user_index", INT64), value("item_index", INT64)],
    output: [value("score", FLOAT)],
  };
  return encodeOnnx({
    ir_version: IR_VERSION,
    producer_name: "tutti compute",
    producer_version: "1",
    graph,
    opset_import: [{ domain: "", version: OPSET }],
    metadata_props: metadata(model).map(([key, value]) => ({ key, value })),
  });
}

function metadata({ facts, users, items, bias }: Model): readonly (readonly [string, string])[] {
  const { algorithm, accuracy, baselineAccuracy, parameters, inputSha256 } = facts;
  return [
    ["algorithm", algorithm],
    ["users", numbered(users)],
    ["items", numbered(items)],
    ["mean", String(bias.reduce((sum, value) => sum + value, 0) / bias.length)],
    ["accuracy", String(accuracy)],
    ["baseline_accuracy", String(baselineAccuracy)],
    ["parameters", JSON.stringify(parameters)],
    ["input_sha256", inputSha256],
  ];
}

/** A JSON object of ids and their numbers. Made as text, so that an id may be any text. */
function numbered(ids: readonly string[]): string {
  return `{${ids.map((id, index) => `${JSON.stringify(id)}:${index}`).join(",")}}`;
}

function node(operator: string, input: readonly string[], output: string): object {
  return { op_type: operator, name: output, input, output: [output] };
}

function tensor(name: string, dims: readonly number[], values: Float32Array): object {
  return { name, dims, data_type: FLOAT, raw_data: bytesOf(values) };
}

/** All machines that Node runs on keep the small end first, as ONNX wants it. */
function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function value(name: string, type: number): object {
  return { name, type: { tensor_type: { elem_type: type, shape: { dim: [{ dim_param: "N" }] } } } };
}
