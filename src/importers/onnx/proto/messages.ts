/** The parts of ONNX' ModelProto that the importer reads, with the names and meanings of onnx.proto (IR versions 3 to 13). */

export interface Entry {
  readonly key: string;
  readonly value: string;
}

export interface Tensor {
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

export interface Attribute {
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
}

export interface Node {
  readonly input: string[];
  readonly output: string[];
  readonly name: string;
  readonly opType: string;
  readonly attribute: Attribute[];
  readonly domain: string;
  readonly overload: string;
}

interface Dimension {
  readonly dimValue: number;
  readonly dimParam: string;
}

export interface ValueInfo {
  readonly name: string;
  readonly type?: {
    readonly tensorType?: { readonly elemType: number; readonly shape?: { readonly dim: Dimension[] } };
  };
}

export interface Graph {
  readonly node: Node[];
  readonly name: string;
  readonly initializer: Tensor[];
  readonly input: ValueInfo[];
  readonly output: ValueInfo[];
  readonly sparseInitializer: object[];
}

interface OperatorSet {
  readonly domain: string;
  readonly version: number;
}

/** An operator that the file defines by a graph of others. */
export interface LocalFunction {
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

export interface Model {
  readonly producerName: string;
  readonly producerVersion: string;
  readonly graph?: Graph;
  readonly opsetImport: OperatorSet[];
  readonly functions: LocalFunction[];
}

/** Type, name and number of every field; `*` for repeated ones. */
export const MESSAGES: Readonly<Record<string, string>> = {
  Entry: 'string key 1, string value 2',
  Tensor:
    'int64* dims 1, int32 dataType 2, float* floatData 4, int32* int32Data 5, int64* int64Data 7, string name 8, bytes rawData 9, double* doubleData 10, uint64* uint64Data 11, Entry* externalData 13, int32 dataLocation 14',
  Attribute:
    'string name 1, float f 2, int64 i 3, bytes s 4, Tensor t 5, Graph g 6, float* floats 7, int64* ints 8, bytes* strings 9, string refAttrName 21',
  Node: 'string* input 1, string* output 2, string name 3, string opType 4, Attribute* attribute 5, string domain 7, string overload 8',
  Dimension: 'int64 dimValue 1, string dimParam 2',
  Shape: 'Dimension* dim 1',
  TensorType: 'int32 elemType 1, Shape shape 2',
  Type: 'TensorType tensorType 1',
  ValueInfo: 'string name 1, Type type 2',
  SparseTensor: '',
  Graph:
    'Node* node 1, string name 2, Tensor* initializer 5, ValueInfo* input 11, ValueInfo* output 12, SparseTensor* sparseInitializer 15',
  OperatorSet: 'string domain 1, int64 version 2',
  Function:
    'string name 1, string* input 4, string* output 5, string* attribute 6, Node* node 7, OperatorSet* opsetImport 9, string domain 10, Attribute* attributeProto 11, string overload 13',
  Model:
    'string producerName 2, string producerVersion 3, Graph graph 7, OperatorSet* opsetImport 8, Function* functions 25',
};
