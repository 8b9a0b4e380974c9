import type { ModelSpec } from '../../spec.js';
import { Budget, BYTES_PER_MAP, BYTES_PER_OBJECT } from './budget.js';

/** What every importer's `read…` returns: the model, and the account of how it came out of the file. */
export interface Imported {
  readonly spec: ModelSpec;
  readonly report: ImportReport;
}

/** Provenance: what a reader needs to check an import by hand. */
export interface ImportReport {
  /** The format and its version as the file states it, e.g. `ONNX, opset 17 (pytorch 2.4)`. */
  readonly format: string;
  /** Which tensor of the file became what, in the order in which the model uses them. */
  readonly tensors: readonly TensorRow[];
  /** Which attribute values were read and which defaulted. */
  readonly attributes: readonly AttributeRow[];
  /** Whatever else was decided on the way: branches taken, nodes folded, inputs that became state. */
  readonly notes: readonly string[];
}

export interface TensorRow {
  /** Name in the file. */
  readonly tensor: string;
  readonly shape: readonly number[];
  /** Field of the model's layer, e.g. `lstm.weightIh`. */
  readonly becomes: string;
  /** What its rows are, in order; transposed, reordered or summed how; converted from which dtype. */
  readonly how: string;
}

export interface AttributeRow {
  /** The layer (node) of the file. */
  readonly layer: string;
  readonly attribute: string;
  /** The value as text. */
  readonly value: string;
  /** Whether the file (or the caller's config) states it, or a rule filled it in. */
  readonly source: 'file' | 'config' | 'default';
  /** By which rule it was defaulted, e.g. `ONNX LSTM-14: direction is forward unless given`. */
  readonly rule?: string;
}

/** Collects a report while an importer reads. */
export class Reporter {
  readonly tensors: TensorRow[] = [];
  readonly attributes: AttributeRow[] = [];
  readonly notes: string[] = [];

  /** @param budget of the import; what builds the spec draws on it as well. */
  constructor(readonly budget: Budget = new Budget(Number.POSITIVE_INFINITY)) {}

  tensor(tensor: string, shape: readonly number[], becomes: string, how: string): void {
    const where = `tensor ${tensor.slice(0, 80)}`;
    this.budget.characters(tensor.length + becomes.length + how.length, where);
    this.budget.bytes(BYTES_PER_MAP, where);
    this.tensors.push({ tensor, shape: [...shape], becomes, how });
  }

  /** An attribute as the file or the config states it. */
  read(layer: string, attribute: string, value: unknown, source: 'file' | 'config' = 'file'): void {
    this.#attribute({ layer, attribute, value: text(value), source });
  }

  /** An attribute the file does not state. */
  defaulted(layer: string, attribute: string, value: unknown, rule: string): void {
    this.#attribute({ layer, attribute, value: text(value), source: 'default', rule });
  }

  #attribute(row: AttributeRow): void {
    const where = `node ${row.layer.slice(0, 80)}, ${row.attribute}`;
    this.budget.characters(row.layer.length + row.value.length, where);
    this.budget.bytes(BYTES_PER_OBJECT, where);
    this.attributes.push(row);
  }

  note(note: string): void {
    this.notes.push(note);
  }

  finish(format: string): ImportReport {
    return { format, tensors: this.tensors, attributes: this.attributes, notes: this.notes };
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value)));
