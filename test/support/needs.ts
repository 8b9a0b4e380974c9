import type { TestOptions } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** Why a test is skipped, for the reporter. */
    reason?: string;
  }
}

/** Options of a test or suite that is skipped, for the reason given, unless the machine has what it needs. */
export function needs(what: unknown, reason: string): TestOptions {
  return what ? {} : { skip: true, meta: { reason } };
}

/** Real models, which are not part of the project: their folder comes from the environment. */
export const modelsFolder = process.env.GATEWISE_MODELS;
export const needsModels = needs(modelsFolder, 'GATEWISE_MODELS is not set');
