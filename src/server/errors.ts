import { GatewiseError } from '../errors.js';

/** The store that keeps sequences cannot be reached, or keeps what cannot be read. */
export class StoreError extends GatewiseError {
  override readonly name = 'StoreError';
  override readonly code = 'STORE';
}
