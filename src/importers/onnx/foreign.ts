import { refuse } from '../shared/refuse.js';
import type { Message } from './proto/messages.js';

/** @throws {ImportError} a message that is used holds fields that are not honoured: they could change a number. */
export function refuseForeign(where: string, ...messages: readonly (Message | undefined)[]): void {
  for (const message of messages) {
    if (message?.foreign)
      refuse(where, 'fields that are not honoured', 'those of onnx.proto that are read', message.foreign.join(', '));
  }
}
