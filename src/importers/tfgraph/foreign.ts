import { refuse } from '../shared/refuse.js';

/** @throws {ImportError} a message holds fields that are not honoured. */
export function refuseForeign(where: string, { foreign }: { readonly foreign?: readonly string[] }): void {
  if (foreign) refuse(where, 'fields that are not honoured', 'those that are read', foreign.join(', '));
}
