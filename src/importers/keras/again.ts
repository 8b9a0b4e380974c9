import { ImportError } from '../../errors.js';

/** Thrown when the model has to be read again with the timesteps of the file's shapes instead of any number of them. */
export class NeedsFixedTime extends ImportError {}

/** Thrown when an input turns out to hold token ids. */
export class NeedsIds extends ImportError {
  constructor(readonly input: string) {
    super('token ids', { where: `input ${JSON.stringify(input)}` });
  }
}
