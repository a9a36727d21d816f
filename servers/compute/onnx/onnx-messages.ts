import protobuf from "protobufjs";

/** Numbers of ONNX: types of elements, and of attributes. */
export const FLOAT = 1;
export const INT64 = 7;
export const ATTRIBUTE_INT = 2;

/** What of the messages of ONNX (onnx.proto3) a model of ours is made of, with the numbers that the standard gives them. */
const { root } = protobuf.parse(
  `syntax = "proto3";
  message OperatorSetIdProto { string domain = 1; int64 version = 2; }
  message StringStringEntryProto { string key = 1; string value = 2; }
  message Dimension { oneof value { int64 dim_value = 1; string dim_param = 2; } }
  message TensorShapeProto { repeated Dimension dim = 1; }
  message TensorType { int32 elem_type = 1; TensorShapeProto shape = 2; }
  message TypeProto { TensorType tensor_type = 1; }
  message ValueInfoProto { string name = 1; TypeProto type = 2; string doc_string = 3; }
  message TensorProto { repeated int64 dims = 1; int32 data_type = 2; string name = 8; bytes raw_data = 9; }
  message AttributeProto { string name = 1; int64 i = 3; int32 type = 20; }
  message NodeProto {
    repeated string input = 1; repeated string output = 2; string name = 3; string op_type = 4; repeated AttributeProto attribute = 5;
  }
  message GraphProto {
    repeated NodeProto node = 1; string name = 2; repeated TensorProto initializer = 5;
    repeated ValueInfoProto input = 11; repeated ValueInfoProto output = 12;
  }
  message ModelProto {
    int64 ir_version = 1; string producer_name = 2; string producer_version = 3; string doc_string = 6; GraphProto graph = 7;
    repeated OperatorSetIdProto opset_import = 8; repeated StringStringEntryProto metadata_props = 14;
  }`,
  { keepCase: true },
);

const modelProto = root.lookupType("ModelProto");

/** @throws Error - it is no message of a model */
export function encodeOnnx(model: object): Uint8Array {
  const problem = modelProto.verify(model);
  if (problem !== null) throw new Error(problem);
  return modelProto.encode(modelProto.create(model)).finish();
}
