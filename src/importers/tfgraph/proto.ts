import type { Messages } from '../formats/protobuf.js';

/** The parts of TensorFlow's SavedModel and GraphDef that are read, with the names and meanings of its .proto files (versions 1.0 to 2.21). */

/** What every message may hold beside the fields that are read. */
interface Message {
  /** Fields that are neither read nor without effect: whoever uses the message refuses them. */
  readonly foreign?: readonly string[];
}

interface Entry<Value> extends Message {
  readonly key: string;
  readonly value?: Value;
}

/** TensorShapeProto; a size of -1 is open. */
export interface TfShape extends Message {
  readonly dim: readonly ({ readonly size: number } & Message)[];
  readonly unknownRank: number;
}

/** TensorProto: numbers as bytes, or in the field of their type, of which the last stands for all that follow. */
export interface TfTensor extends Message {
  readonly dtype: number;
  readonly tensorShape?: TfShape;
  readonly tensorContent: Uint8Array;
  readonly floatVal: readonly number[];
  readonly doubleVal: readonly number[];
  readonly intVal: readonly number[];
  readonly stringVal: readonly Uint8Array[];
  readonly int64Val: readonly number[];
  readonly boolVal: readonly number[];
  readonly halfVal: readonly number[];
  readonly uint32Val: readonly number[];
  readonly uint64Val: readonly number[];
}

/** AttrValue: one of these. */
export interface TfAttr extends Message {
  readonly list?: {
    readonly s: readonly Uint8Array[];
    readonly i: readonly number[];
    readonly type: readonly number[];
  } & Message;
  readonly s?: Uint8Array;
  readonly i?: number;
  readonly f?: number;
  readonly b?: number;
  readonly type?: number;
  readonly shape?: TfShape;
  readonly tensor?: TfTensor;
  readonly func?: { readonly name: string } & Message;
}

export interface NodeDef extends Message {
  readonly name: string;
  readonly op: string;
  readonly input: readonly string[];
  readonly attr: readonly Entry<TfAttr>[];
}

interface Argument extends Message {
  readonly name: string;
  readonly type: number;
}

export interface FunctionDef extends Message {
  readonly signature?: {
    readonly name: string;
    readonly inputArg: readonly Argument[];
    readonly outputArg: readonly Argument[];
  } & Message;
  readonly nodeDef: readonly NodeDef[];
  /** Which value of the nodes each output is. */
  readonly ret: readonly Entry<string>[];
}

export interface GraphDef extends Message {
  readonly node: readonly NodeDef[];
  readonly library?: { readonly function: readonly FunctionDef[] } & Message;
}

/** A tensor of the graph, by what a signature calls it. */
interface TensorInfo extends Message {
  readonly name: string;
  readonly dtype: number;
  readonly tensorShape?: TfShape;
}

export interface SignatureDef extends Message {
  readonly inputs: readonly Entry<TensorInfo>[];
  readonly outputs: readonly Entry<TensorInfo>[];
}

export interface MetaGraph extends Message {
  readonly info?: { readonly tags: readonly string[]; readonly tensorflowVersion: string } & Message;
  readonly graphDef?: GraphDef;
  readonly saver?: { readonly restoreOpName: string } & Message;
  readonly signatures: readonly Entry<SignatureDef>[];
}

export interface SavedModel extends Message {
  readonly schemaVersion: number;
  readonly metaGraphs: readonly MetaGraph[];
}

/** As `Messages` says. Names beside numbers that change nothing: remarks, devices, what is for gradients, what is for saving. */
export const MESSAGES: Messages = {
  __proto__: null as never,
  SavedModel: 'int64 schemaVersion 1, MetaGraph* metaGraphs 2',
  MetaGraph:
    'MetaInfo info 1, GraphDef graphDef 2, Saver saver 3, - collection_def 4, SignatureEntry* signatures 5, - asset_file_def 6, - object_graph_def 7',
  MetaInfo:
    '- meta_graph_version 1, - stripped_op_list 2, - any_info 3, string* tags 4, string tensorflowVersion 5, - tensorflow_git_version 6, - stripped_default_attrs 7, - function_aliases 8',
  Saver:
    '- filename_tensor_name 1, - save_tensor_name 2, string restoreOpName 3, - max_to_keep 4, - sharded 5, - keep_checkpoint_every_n_hours 6, - version 7',
  SignatureEntry: 'string key 1, Signature value 2',
  Signature: 'TensorInfoEntry* inputs 1, TensorInfoEntry* outputs 2, - method_name 3, ! defaults 4',
  TensorInfoEntry: 'string key 1, TensorInfo value 2',
  TensorInfo: 'string name 1, int32 dtype 2, Shape tensorShape 3, ! coo_sparse 4, ! composite_tensor 5',
  GraphDef: 'Node* node 1, Library library 2, - version 3, - versions 4, - debug_info 5',
  Library: 'Function* function 1, - gradient 2, - registered_gradients 3',
  Function:
    'FunctionSignature signature 1, Node* nodeDef 3, TextEntry* ret 4, - attr 5, - control_ret 6, - arg_attr 7, - resource_arg_unique_id 8',
  FunctionSignature:
    'string name 1, Argument* inputArg 2, Argument* outputArg 3, ! attr 4, - summary 5, - description 6, - deprecation 8, - is_aggregate 16, - is_stateful 17, - is_commutative 18, - allows_uninitialized_input 19, - control_output 20, - is_distributed_communication 21',
  // One that stands for several, or whose type an attribute says.
  Argument:
    'string name 1, - description 2, int32 type 3, ! type_attr 4, ! number_attr 5, ! type_list_attr 6, - handle_data 7, ! is_ref 16, - experimental_full_type 17',
  TextEntry: 'string key 1, string value 2',
  Node: 'string name 1, string op 2, string* input 3, - device 4, AttrEntry* attr 5, - experimental_debug_info 6, - experimental_type 7',
  AttrEntry: 'string key 1, Attr value 2',
  Attr: 'AttrList list 1, bytes? s 2, int64? i 3, float? f 4, int32? b 5, int32? type 6, Shape shape 7, Tensor tensor 8, ! placeholder 9, FunctionName func 10',
  AttrList: 'bytes* s 2, int64* i 3, ! f 4, ! b 5, int32* type 6, - shape 7, ! tensor 8, ! func 9',
  FunctionName: 'string name 1, - attr 2',
  Shape: 'Dimension* dim 2, int32 unknownRank 3',
  Dimension: 'int64 size 1, - name 2',
  Tensor:
    'int32 dtype 1, Shape tensorShape 2, - version_number 3, bytes tensorContent 4, float* floatVal 5, double* doubleVal 6, int32* intVal 7, bytes* stringVal 8, ! scomplex_val 9, int64* int64Val 10, int32* boolVal 11, ! dcomplex_val 12, int32* halfVal 13, ! resource_handle_val 14, ! variant_val 15, int32* uint32Val 16, uint64* uint64Val 17, ! float8_val 18',
};

/** types.proto, DataType: our numbers of element types in `formats/elements`, ONNX' numbers; other types are no numbers, or not read. */
const TYPES: Readonly<Record<number, readonly [name: string, onnx: number, stored: string]>> = {
  1: ['DT_FLOAT', 1, 'F32'],
  2: ['DT_DOUBLE', 11, 'F64'],
  3: ['DT_INT32', 6, 'I32'],
  4: ['DT_UINT8', 2, 'U8'],
  5: ['DT_INT16', 5, 'I16'],
  6: ['DT_INT8', 3, 'I8'],
  9: ['DT_INT64', 7, 'I64'],
  10: ['DT_BOOL', 9, 'BOOL'],
  14: ['DT_BFLOAT16', 16, 'BF16'],
  17: ['DT_UINT16', 4, 'U16'],
  19: ['DT_HALF', 10, 'F16'],
  22: ['DT_UINT32', 12, 'U32'],
  23: ['DT_UINT64', 13, 'U64'],
};

const OTHERS: Readonly<Record<number, string>> = {
  7: 'DT_STRING',
  8: 'DT_COMPLEX64',
  20: 'DT_RESOURCE',
  21: 'DT_VARIANT',
};

export const [FLOAT, DOUBLE, INT32, INT64, BOOL, BFLOAT16, HALF] = [1, 2, 3, 9, 10, 14, 19] as const;

export const typeName = (type: number): string => TYPES[type]?.[0] ?? OTHERS[type] ?? `type ${type}`;
/** ONNX' number of a type; undefined if it is none of numbers. */
export const onnxType = (type: number): number | undefined => TYPES[type]?.[1];
/** As `formats/elements` calls it. */
export const storedAs = (type: number): string | undefined => TYPES[type]?.[2];
