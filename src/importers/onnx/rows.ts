import { refuse } from '../shared/refuse.js';
import type { RowOrder } from './value.js';

// Exporters put the rows of a batch into the order of their lengths, and back into their own afterwards; or they number rows and
// timesteps to pick one of each row. Each row is computed by itself, so nothing has to be moved for that: a value whose rows stand in
// another order is a second name of the value itself, and the whole numbers that say which row is which are followed, not computed.

/** For errors: a node of the spec. Names may be long; only who fails shows them. */
export const nodeNamed = (name: string): string => `node ${JSON.stringify(name)}`;

/** Second names of values, by which their rows stand in another order. */
export class RowOrders {
  readonly #ordered = new Map<string, { readonly source: string; readonly order: RowOrder }>();
  /** Values that are the same for every row. */
  readonly #alike = new Set<string>();

  constructor(private readonly unique: (wanted: string) => string) {}

  /** A value whose rows stand in an order; the name itself for the batch's own. */
  named(name: string, order: RowOrder | undefined): string {
    if (!order || this.#alike.has(name)) return name;
    const second = this.unique(`${name}.ordered`);
    this.#ordered.set(second, { source: name, order });
    return second;
  }

  /** The name in the spec. */
  source(name: string): string {
    return this.#ordered.get(name)?.source ?? name;
  }

  orderOf(name: string): RowOrder | undefined {
    return this.#ordered.get(name)?.order;
  }

  isAlike(name: string): boolean {
    return this.#alike.has(name);
  }

  /** Takes note of a value that is the same for every row. */
  alike(name: string): string {
    this.#alike.add(name);
    return name;
  }

  /** The one order of all inputs of a node. @throws {ImportError} they have several. */
  common(name: string, inputs: readonly string[]): RowOrder | undefined {
    const orders = new Set(inputs.filter((name) => !this.#alike.has(name)).map((name) => this.orderOf(name)));
    if (orders.size > 1) {
      const by = [...orders].map((order) => order?.by ?? 'the batch’s own');
      refuse(nodeNamed(name), 'rows in several orders', 'one order for all inputs', by.join(', '));
    }
    return [...orders][0];
  }
}
