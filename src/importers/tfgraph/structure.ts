import { refuse } from '../shared/refuse.js';
import { refuseForeign } from './foreign.js';
import type { NodeDef } from './proto.js';

/** Attributes of operators that are followed instead of translated: types, names and hints, which change no number. */
const ATTRIBUTES: Readonly<Record<string, string>> = {
  __proto__: null as never,
  Enter: 'T frame_name is_constant parallel_iterations',
  LoopCond: '',
  Merge: 'T N',
  NextIteration: 'T',
  PartitionedCall: 'Tin Tout f config config_proto executor_type',
  StatefulPartitionedCall: 'Tin Tout f config config_proto executor_type',
  Switch: 'T',
  TensorArrayScatterV3: 'T',
  TensorArrayV3: 'dtype element_shape dynamic_size clear_after_read identical_element_shapes tensor_array_name',
  TensorArrayWriteV3: 'T',
  TensorListFromTensor: 'element_dtype shape_type',
  TensorListPushBack: 'element_dtype',
  TensorListReserve: 'element_dtype shape_type',
  TensorListSetItem: 'element_dtype resize_if_index_out_of_bounds',
  VarHandleOp: 'dtype shape shared_name container debug_name allowed_devices',
};

/** @throws {ImportError} a node that is followed has fields or attributes that are not known. */
export function checkFollowed(node: NodeDef): void {
  const known = ATTRIBUTES[node.op]?.split(' ');
  if (!known) return;
  const where = `node ${JSON.stringify(node.name)} (${node.op})`;
  refuseForeign(where, node);
  const other = node.attr.find(({ key }) => !key.startsWith('_') && !known.includes(key));
  if (other) refuse(where, 'an attribute of what is followed', known.join(', '), other.key);
}
