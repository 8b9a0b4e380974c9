/** The parts of ONNX' ModelProto that the importer reads, with the names and meanings of onnx.proto (IR versions 3 to 13). */

/** What every message may hold beside the fields that are read. */
export interface Message {
  /** Fields that are neither read nor without effect: whoever uses the message refuses them. */
  readonly foreign?: readonly string[];
}

export interface Entry extends Message {
  readonly key: string;
  readonly value: string;
}

export interface Tensor extends Message {
  readonly dims: number[];
  readonly dataType: number;
  readonly floatData: number[];
  readonly int32Data: number[];
  readonly int64Data: number[];
  readonly name: string;
  readonly rawData: Uint8Array;
  readonly doubleData: number[];
  readonly uint64Data: number[];
  readonly externalData: Entry[];
  readonly dataLocation: number;
}

export interface Attribute extends Message {
  readonly name: string;
  readonly f: number;
  readonly i: number;
  readonly s: Uint8Array;
  readonly t?: Tensor;
  readonly g?: Graph;
  readonly floats: number[];
  readonly ints: number[];
  readonly strings: Uint8Array[];
  readonly refAttrName: string;
  /** AttributeProto.AttributeType: which of the fields holds the value; 0 in files that do not say. */
  readonly type: number;
}

export interface Node extends Message {
  readonly input: string[];
  readonly output: string[];
  readonly name: string;
  readonly opType: string;
  readonly attribute: Attribute[];
  readonly domain: string;
  readonly overload: string;
  /** What another format has in its place, of which the node is a translation: what errors call it. */
  readonly source?: string;
}

interface Dimension extends Message {
  readonly dimValue: number;
  readonly dimParam: string;
}

export interface ValueInfo extends Message {
  readonly name: string;
  readonly type?: {
    readonly tensorType?: {
      readonly elemType: number;
      readonly shape?: { readonly dim: Dimension[] } & Message;
    } & Message;
  } & Message;
}

export interface Graph extends Message {
  readonly node: Node[];
  readonly name: string;
  readonly initializer: Tensor[];
  readonly input: ValueInfo[];
  readonly output: ValueInfo[];
  readonly sparseInitializer: object[];
}

interface OperatorSet extends Message {
  readonly domain: string;
  readonly version: number;
}

/** An operator that the file defines by a graph of others. */
export interface LocalFunction extends Message {
  readonly name: string;
  readonly input: string[];
  readonly output: string[];
  /** Attributes without a default. */
  readonly attribute: string[];
  readonly node: Node[];
  readonly opsetImport: OperatorSet[];
  readonly domain: string;
  /** Attributes with their defaults. */
  readonly attributeProto: Attribute[];
  readonly overload: string;
}

export interface Model extends Message {
  readonly producerName: string;
  readonly producerVersion: string;
  readonly graph?: Graph;
  readonly opsetImport: OperatorSet[];
  readonly functions: LocalFunction[];
}

/**
 * Type, name and number of every field; `*` for repeated ones. `-` is a field that changes no number (names, remarks, what is for training or for
 * several devices), `!` one that is not honoured, as is any that does not stand here.
 */
export const MESSAGES: Readonly<Record<string, string>> = {
  __proto__: null as never,
  Entry: 'string key 1, string value 2',
  Tensor:
    'int64* dims 1, int32 dataType 2, ! segment 3, float* floatData 4, int32* int32Data 5, - string_data 6, int64* int64Data 7, string name 8, bytes rawData 9, double* doubleData 10, uint64* uint64Data 11, - doc_string 12, Entry* externalData 13, int32 dataLocation 14, - metadata_props 16',
  Attribute:
    'string name 1, float f 2, int64 i 3, bytes s 4, Tensor t 5, Graph g 6, float* floats 7, int64* ints 8, bytes* strings 9, ! tensors 10, ! graphs 11, - doc_string 13, ! tp 14, ! type_protos 15, int32 type 20, string refAttrName 21, ! sparse_tensor 22, ! sparse_tensors 23',
  Node: 'string* input 1, string* output 2, string name 3, string opType 4, Attribute* attribute 5, - doc_string 6, string domain 7, string overload 8, - metadata_props 9, - device_configurations 10',
  Dimension: 'int64 dimValue 1, string dimParam 2, - denotation 3',
  Shape: 'Dimension* dim 1',
  TensorType: 'int32 elemType 1, Shape shape 2',
  // Of another kind it has no tensorType, which is refused where it matters.
  Type: 'TensorType tensorType 1, - sequence_type 4, - map_type 5, - denotation 6, - opaque_type 7, - sparse_tensor_type 8, - optional_type 9',
  ValueInfo: 'string name 1, Type type 2, - doc_string 3, - metadata_props 4',
  SparseTensor: '- values 1, - indices 2, - dims 3',
  Graph:
    'Node* node 1, string name 2, Tensor* initializer 5, - doc_string 10, ValueInfo* input 11, ValueInfo* output 12, - value_info 13, - quantization_annotation 14, SparseTensor* sparseInitializer 15, - metadata_props 16',
  OperatorSet: 'string domain 1, int64 version 2',
  Function:
    'string name 1, string* input 4, string* output 5, string* attribute 6, Node* node 7, - doc_string 8, OperatorSet* opsetImport 9, string domain 10, Attribute* attributeProto 11, - value_info 12, string overload 13, - metadata_props 14',
  Model:
    '- ir_version 1, string producerName 2, string producerVersion 3, - domain 4, - model_version 5, - doc_string 6, Graph graph 7, OperatorSet* opsetImport 8, - metadata_props 14, - training_info 20, Function* functions 25, - configuration 26',
};
