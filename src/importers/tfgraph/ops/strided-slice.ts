import { refuse } from '../../shared/refuse.js';
import { plain, type Ref } from '../resolve.js';
import type { Site, Translate } from '../site.js';

/** What ONNX takes as "to the end". */
const TO_END = 2 ** 31 - 1;

/** A number of the file, or the name of one that the run makes. */
type Place = number | string;

/** The elements of a list of whole numbers, one by one. */
function placesOf(site: Site, input: number, what: string): (at: number) => Place {
  const known = site.knownIntegers(input);
  if (known)
    return (at) => known[at] ?? refuse(site.where, `too few numbers for ${what}`, `${at + 1}`, `${known.length}`);
  const list: Ref = plain(site.ref(input));
  // A list that is put together has its numbers by themselves.
  const parts = list.node.type === 'Pack' ? list.node.inputs : undefined;
  return (at) => {
    const part = parts?.[at];
    const [number] = part ? (site.wholesOf(part) ?? []) : [];
    if (number !== undefined) return number;
    if (part) return site.builder.need(part);
    return site.emit('Gather', [site.input(input), site.whole(what, [at], [])], { axis: { i: 0 } }, `${what}.${at}`);
  };
}

interface Range {
  readonly axis: number;
  readonly from: Place;
  readonly to: Place;
  readonly step: number;
}

/** Ranges with steps: masks leave ends out, drop axes, add such, or stand for all axes between. */
export const stridedSlice: Translate = (site) => {
  const { attributes } = site;
  const bits = (name: string): ((at: number) => boolean) => {
    const mask = attributes.int(name, 0);
    return (at) => ((mask >> at) & 1) === 1;
  };
  const [begins, ends, ellipsis, added, shrinks] = [
    bits('begin_mask'),
    bits('end_mask'),
    bits('ellipsis_mask'),
    bits('new_axis_mask'),
    bits('shrink_axis_mask'),
  ];
  const steps = site.arity(4).integers(3, 'the steps');
  const [from, to] = [placesOf(site, 1, 'begin'), placesOf(site, 2, 'end')];
  const middle = steps.findIndex((_, at) => ellipsis(at));
  const isAxis = (at: number): boolean => at !== middle && !(added(at) && !ellipsis(at));
  /** Axes behind an ellipsis count from the end. */
  const axisOf = (at: number, counts: (at: number) => boolean): number => {
    const before = steps.filter((_, other) => other < at && counts(other)).length;
    return middle >= 0 && at > middle ? -steps.filter((_, other) => other >= at && counts(other)).length : before;
  };
  const ranges = steps.flatMap((step, at): Range[] => {
    if (!isAxis(at)) return [];
    const axis = axisOf(at, isAxis);
    if (shrinks(at)) {
      const place = from(at);
      return [
        { axis, from: place, to: place === -1 ? TO_END : typeof place === 'number' ? place + 1 : place, step: 1 },
      ];
    }
    const start = begins(at) ? (step > 0 ? 0 : TO_END) : from(at);
    const end = ends(at) ? (step > 0 ? TO_END : -TO_END) : to(at);
    return start === 0 && end === TO_END && step === 1 ? [] : [{ axis, from: start, to: end, step }];
  });
  const dropped = steps.flatMap((_, at) => (isAxis(at) && shrinks(at) ? [axisOf(at, isAxis)] : []));
  // One timestep, which the run says, of one axis alone.
  const one = ranges.find((range) => typeof range.from === 'string' && dropped.includes(range.axis));
  if (one && dropped.length > 1) refuse(site.where, 'several axes at a place that the run says', 'one', `${dropped}`);
  const plainRanges = ranges.filter((range) => range !== one);
  const list = (what: string, places: readonly Place[]): string =>
    places.every((place): place is number => typeof place === 'number')
      ? site.whole(what, places)
      : site.emit(
          'Concat',
          places.map((place, i) =>
            typeof place === 'number'
              ? site.whole(`${what}.${i}`, [place])
              : site.emit('Cast', [site.emit('Reshape', [place, site.whole('one', [1])])], { to: { i: 7 } }),
          ),
          { axis: { i: 0 } },
          what,
        );
  const isKept = (at: number): boolean => at !== middle && ((added(at) && !ellipsis(at)) || !shrinks(at));
  const made = steps.flatMap((_, at) => (added(at) && at !== middle ? [axisOf(at, isKept)] : []));
  const work: [type: string, more: () => string[], axis?: number][] = [];
  if (plainRanges.length > 0)
    work.push([
      'Slice',
      () => [
        list(
          'from',
          plainRanges.map((range) => range.from),
        ),
        list(
          'to',
          plainRanges.map((range) => range.to),
        ),
        site.whole(
          'axes',
          plainRanges.map((range) => range.axis),
        ),
        site.whole(
          'steps',
          plainRanges.map((range) => range.step),
        ),
      ],
    ]);
  if (one) work.push(['Gather', () => [one.from as string], one.axis]);
  else if (dropped.length > 0) work.push(['Squeeze', () => [site.whole('dropped', dropped)]]);
  if (made.length > 0) work.push(['Unsqueeze', () => [site.whole('added', made)]]);
  if (work.length === 0) work.push(['Identity', () => []]);
  let x = site.input(0);
  work.forEach(([type, more, axis], i) => {
    const attributes = axis === undefined ? undefined : { axis: { i: axis } };
    const inputs = [x, ...more()];
    if (i === work.length - 1) site.add(type, inputs, undefined, attributes);
    else x = site.emit(type, inputs, attributes);
  });
};
