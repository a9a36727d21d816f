import protobuf from "protobufjs/minimal.js";

/* Writes the few parts of onnx.proto that a model of two tables needs. The numbers are those of its fields. */

const FLOAT = 1;
const INT64 = 7;
type Writing = (writer: protobuf.Writer) => void;

/** An ONNX model for tests: the score of a pair is the number of the user plus that of the item. */
export function tinyModel(users: Readonly<Record<string, number>>, items: Readonly<Record<string, number>>): Uint8Array {
  const names = (table: Readonly<Record<string, number>>): string =>
    JSON.stringify(Object.fromEntries(Object.keys(table).map((name, place) => [name, place])));
  return onnx({
    nodes: [
      node("Gather", ["user_table", "user_index"], "user"),
      node("Gather", ["item_table", "item_index"], "item"),
      node("Add", ["user", "item"], "score"),
    ],
    tables: { user_table: Object.values(users), item_table: Object.values(items) },
    inputs: { user_index: INT64, item_index: INT64 },
    metadata: { users: names(users), items: names(items) },
  });
}

/** A model that gives twice what it is given, and knows no names. */
export function doublingModel(): Uint8Array {
  return onnx({ nodes: [node("Add", ["x", "x"], "score")], tables: {}, inputs: { x: FLOAT }, metadata: {} });
}

/** A model that wants more memory than there is: as many numbers as it is asked for. */
export function greedyModel(): Uint8Array {
  return onnx({ nodes: [node("ConstantOfShape", ["x"], "score")], tables: {}, inputs: { x: INT64 }, metadata: {} });
}

interface Parts {
  readonly nodes: readonly Writing[];
  readonly tables: Readonly<Record<string, readonly number[]>>;
  readonly inputs: Readonly<Record<string, number>>;
  readonly metadata: Readonly<Record<string, string>>;
}

function onnx({ nodes, tables, inputs, metadata }: Parts): Uint8Array {
  const graph: Writing = (writer) => {
    for (const each of nodes) part(writer, 1, each);
    text(writer, 2, "tiny");
    for (const [name, values] of Object.entries(tables)) part(writer, 5, tensor(name, values));
    for (const [name, type] of Object.entries(inputs)) part(writer, 11, value(name, type));
    part(writer, 12, value("score", FLOAT));
  };
  const writer = protobuf.Writer.create();
  number(writer, 1, 8);
  part(writer, 7, graph);
  part(writer, 8, (opset) => number(opset, 2, 13));
  for (const [key, content] of Object.entries(metadata)) {
    part(writer, 14, (entry) => {
      text(entry, 1, key);
      text(entry, 2, content);
    });
  }
  return writer.finish();
}

function node(operation: string, inputs: readonly string[], output: string): Writing {
  return (writer) => {
    for (const input of inputs) text(writer, 1, input);
    text(writer, 2, output);
    text(writer, 4, operation);
  };
}

function tensor(name: string, values: readonly number[]): Writing {
  return (writer) => {
    number(writer, 1, values.length);
    number(writer, 2, FLOAT);
    text(writer, 8, name);
    writer.uint32((9 << 3) | 2).bytes(new Uint8Array(new Float32Array(values).buffer));
  };
}

function value(name: string, type: number): Writing {
  const shape: Writing = (writer) => part(writer, 1, (size) => text(size, 2, "N"));
  const tensorType: Writing = (writer) => {
    number(writer, 1, type);
    part(writer, 2, shape);
  };
  return (writer) => {
    text(writer, 1, name);
    part(writer, 2, (kind) => part(kind, 1, tensorType));
  };
}

function part(writer: protobuf.Writer, field: number, writing: Writing): void {
  const inner = protobuf.Writer.create();
  writing(inner);
  writer.uint32((field << 3) | 2).bytes(inner.finish());
}

function text(writer: protobuf.Writer, field: number, content: string): void {
  writer.uint32((field << 3) | 2).string(content);
}

function number(writer: protobuf.Writer, field: number, content: number): void {
  writer.uint32(field << 3).int64(content);
}
