import { badInput, describe } from '../refuse.js';

/** Symbols by class; undefined without an alphabet. */
export type Symbols = readonly string[] | undefined;

/**
 * What each class is called.
 * @throws {InputError} neither a string nor a list of strings, or of another number of symbols.
 */
export function symbolsOf(alphabet: unknown, classes: number, blank: number, where: string): Symbols {
  if (alphabet === undefined) return undefined;
  const symbols: unknown[] | undefined =
    typeof alphabet === 'string' || Array.isArray(alphabet) ? [...alphabet] : undefined;
  if (!symbols?.every((symbol) => typeof symbol === 'string')) {
    badInput(`${where}, alphabet`, 'not an alphabet', 'a string, or a list of strings', describe(alphabet));
  }
  if (symbols.length === classes - 1) symbols.splice(blank, 0, '');
  if (symbols.length !== classes) {
    const expected = `${classes - 1} symbols, or ${classes} with one for the blank`;
    badInput(`${where}, alphabet`, 'not one symbol a class', expected, `${symbols.length}`);
  }
  return symbols as string[];
}

/** The text of a label, as a property: none without an alphabet. */
export const textOf = (symbols: Symbols, label: number): { text?: string } =>
  symbols ? { text: symbols[label] as string } : {};

/** The same of labels in a row. */
export const textOfAll = (symbols: Symbols, labels: readonly number[]): { text?: string } =>
  symbols ? { text: labels.map((label) => symbols[label]).join('') } : {};
