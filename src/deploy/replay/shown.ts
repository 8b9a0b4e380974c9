import type * as shown from '../../inspect/shown.js';

/** `console.log` shows nothing of a built model, which has little to show. */
export const showAsText: typeof shown.showAsText = () => {};
