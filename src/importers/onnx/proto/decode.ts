import { decodeMessage } from '../../formats/protobuf.js';
import type { Budget } from '../../shared/budget.js';
import { MESSAGES, type Model } from './messages.js';

/** @throws anything but a well-formed ModelProto. */
export const decodeModel = (bytes: Uint8Array, budget: Budget): Model =>
  decodeMessage(bytes, 'Model', MESSAGES, budget);
