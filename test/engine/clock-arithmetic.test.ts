import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  advance,
  type Clock,
  type ClockStep,
  clockText,
  fixed,
  fixedTime,
  flows,
  isInputTime,
  openName,
  openTime,
  sameClock,
  timesteps,
} from '../../src/graph/clock.js';
import { optionalCount, optionalPadding, optionalPair, windowPadding } from '../../src/graph/window.js';
import { sliceStep, spanOf, spreadStep, windowStep } from '../../src/graph/window-steps.js';

// How many timesteps there are after windows, strides and factors, against counting them one by one.

const anyStep: fc.Arbitrary<ClockStep> = fc.record({
  mul: fc.integer({ min: 1, max: 4 }),
  add: fc.integer({ min: -9, max: 9 }),
  div: fc.integer({ min: 1, max: 4 }),
});
const of = (steps: readonly ClockStep[], start?: Clock): Clock | undefined =>
  steps.reduce<Clock | undefined>((clock, step) => advance(clock, step), start);
const byHand = (steps: readonly ClockStep[], time: number): number =>
  steps.reduce((t, { mul, add, div }) => Math.floor((mul * t + add) / div), time);

describe('a clock', () => {
  it('of any steps is those steps one after another, however they are joined', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 6 }), fc.integer({ min: 0, max: 99 }), (steps, time) => {
        expect(timesteps(of(steps), { time })).toBe(byHand(steps, time));
        expect(timesteps(of(steps, openTime('d')), { time: 7, times: { d: time } })).toBe(byHand(steps, time));
        expect(timesteps(of(steps, openTime('d')), { time })).toBe(byHand(steps, time));
        expect(fixedTime(of(steps, fixed(time)))).toBe(byHand(steps, time));
      }),
    );
  });

  it('says as a text what it computes', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 5 }), fc.integer({ min: 0, max: 99 }), (steps, time) => {
        const text = clockText(of(steps)).replaceAll('·', '*');
        const computed: unknown = new Function('time', 'floor', `return ${text}`)(time, Math.floor);
        expect(computed).toBe(byHand(steps, time));
      }),
    );
    expect(clockText(undefined)).toBe('time');
    expect(clockText(fixed(5))).toBe('5');
    expect(clockText(openTime('d'))).toBe('d');
    expect(clockText(of([{ mul: 1, add: 1, div: 2 }]))).toBe('floor((time + 1) / 2)');
    expect(
      clockText(
        of([
          { mul: 1, add: 0, div: 2 },
          { mul: 3, add: -1, div: 1 },
        ]),
      ),
    ).toBe('3·(floor(time / 2)) - 1');
    expect(clockText(of([{ mul: 2, add: 0, div: 1 }], openTime('d')))).toBe('2·d');
  });

  it.each<[string, ClockStep[], ClockStep[]]>([
    [
      'two shifts',
      [
        { mul: 1, add: 2, div: 1 },
        { mul: 1, add: 3, div: 1 },
      ],
      [{ mul: 1, add: 5, div: 1 }],
    ],
    [
      'a shift and back',
      [
        { mul: 1, add: 2, div: 1 },
        { mul: 1, add: -2, div: 1 },
      ],
      [],
    ],
    [
      'two strides',
      [
        { mul: 1, add: 1, div: 2 },
        { mul: 1, add: 1, div: 2 },
      ],
      [{ mul: 1, add: 3, div: 4 }],
    ],
    [
      'two factors',
      [
        { mul: 2, add: 1, div: 1 },
        { mul: 3, add: 0, div: 1 },
      ],
      [{ mul: 6, add: 3, div: 1 }],
    ],
    ['nothing', [{ mul: 1, add: 0, div: 1 }], []],
  ])('%s look like one step', (_, steps, one) => {
    expect(sameClock(of(steps), of(one))).toBe(true);
    expect(of(steps) ?? []).toEqual(one);
  });

  it('steps that are not one stay apart', () => {
    const steps = [
      { mul: 1, add: 0, div: 2 },
      { mul: 2, add: 0, div: 1 },
    ];
    expect(of(steps)).toEqual(steps);
    expect(sameClock(of(steps), undefined)).toBe(false);
    const exact: ClockStep = { mul: 1, add: 0, div: 2, exact: true };
    expect(of([exact, { mul: 1, add: 1, div: 1 }])).toEqual([exact, { mul: 1, add: 1, div: 1 }]);
    expect(of([{ mul: 1, add: 1, div: 1 }, exact])).toEqual([{ mul: 1, add: 1, div: 1 }, exact]);
    expect(timesteps([exact], { time: 6 })).toBe(3);
    expect(timesteps([exact], { time: 7 })).toBeNaN();
  });

  it('of a thousand steps is enough', () => {
    // None of them can be joined to the one before.
    const many = Array<ClockStep>(1000).fill({ mul: 2, add: 0, div: 3 });
    expect(of(many)?.length).toBe(1000);
    expect(() => of([...many, { mul: 2, add: 0, div: 3 }])).toThrow('a time of too many steps; expected at most 1000');
  });

  it('knows whose time it is', () => {
    const half = of([{ mul: 1, add: 0, div: 2 }], openTime('d'));
    expect([openName(undefined), openName(fixed(3)), openName(openTime('d')), openName(half)]).toEqual([
      undefined,
      undefined,
      'd',
      'd',
    ]);
    expect([undefined, fixed(3), openTime('d'), half].map(isInputTime)).toEqual([true, false, true, false]);
    expect([undefined, fixed(3), openTime('d'), half].map(fixedTime)).toEqual([undefined, 3, undefined, undefined]);
    expect([undefined, fixed(3), half].map((time) => flows({ kind: 'sequence', time }))).toEqual([true, false, true]);
    expect(flows({ kind: 'vector' })).toBe(false);
    expect(timesteps(openTime('d'), { time: 3, times: {} })).toBeNaN();
  });
});

describe('windows', () => {
  /** Where windows may begin: at every `stride`-th timestep of the padded ones, all of it within. */
  const count = (time: number, span: number, stride: number, before: number, after: number): number => {
    let n = 0;
    for (let start = -before; start + span <= time + after; start += stride) n++;
    return n;
  };
  const sizes = {
    time: fc.integer({ min: 1, max: 30 }),
    span: fc.integer({ min: 1, max: 7 }),
    stride: fc.integer({ min: 1, max: 5 }),
  };

  it('are counted', () => {
    fc.assert(
      fc.property(
        fc.record({ ...sizes, before: fc.nat(6), after: fc.nat(6) }),
        ({ time, span, stride, before, after }) => {
          fc.pre(time + before + after >= span);
          const padding = [before, after] as const;
          expect(timesteps([windowStep({ span, stride, padding })], { time })).toBe(
            count(time, span, stride, before, after),
          );
          expect(windowPadding({ span, stride, padding }, time)).toEqual(padding);
          // Rounded up: the last may stick out, but none begins behind the sequence.
          const beginning = Math.ceil((time + before) / stride);
          const reaching = Math.ceil((time + before + after - span) / stride) + 1;
          expect(timesteps([windowStep({ span, stride, padding, ceil: true })], { time })).toBe(
            Math.min(beginning, reaching),
          );
        },
      ),
    );
  });

  it('of the same size: as many as strides begin, the odd one after or before', () => {
    fc.assert(
      fc.property(fc.record(sizes), ({ time, span, stride }) => {
        for (const padding of ['same_upper', 'same_lower'] as const) {
          const n = timesteps([windowStep({ span, stride, padding })], { time });
          expect(n).toBe(Math.ceil(time / stride));
          const [before, after] = windowPadding({ span, stride, padding }, time);
          expect(count(time, span, stride, before, after)).toBe(n);
          expect(padding === 'same_upper' ? after - before : before - after).toBeGreaterThanOrEqual(0);
          expect(Math.abs(after - before)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('spread: the way back', () => {
    for (const [time, span, stride, crop, more] of [
      [4, 3, 2, [0, 0], 0],
      [4, 3, 2, [1, 1], 1],
      [1, 5, 3, [0, 2], 0],
    ] as const) {
      const last = (time - 1) * stride + span;
      expect(timesteps([spreadStep(span, stride, crop, more)], { time })).toBe(last - crop[0] - crop[1] + more);
    }
    expect([spanOf(1, 4), spanOf(3, 1), spanOf(3, 2)]).toEqual([1, 3, 5]);
  });

  it('slices', () => {
    for (const [start, drop, step] of [
      [0, 0, 1],
      [2, 0, 1],
      [0, 3, 2],
      [1, 1, 3],
    ] as const) {
      const taken = Array.from({ length: 20 }, (_, t) => t)
        .slice(start, 20 - drop)
        .filter((t) => (t - start) % step === 0);
      expect(timesteps([sliceStep(start, drop, step)], { time: 20 })).toBe(taken.length);
    }
  });

  it('fields of windows', () => {
    const refused = (check: typeof optionalPair, value: unknown): boolean => {
      try {
        check(value, 'here');
        return false;
      } catch {
        return true;
      }
    };
    for (const pair of [
      [0, 0],
      [1, 2],
    ])
      for (const check of [optionalPair, optionalPadding]) expect(refused(check, pair)).toBe(false);
    for (const wrong of [[0], [0, 0, 0], [0, -1], [-1, 0], [0.5, 0], [0, 0.5], ['0', 0], 3, null, 'same'])
      for (const check of [optionalPair, optionalPadding]) expect(refused(check, wrong), `${wrong}`).toBe(true);
    expect([optionalPair, optionalPadding, optionalCount].map((check) => refused(check, undefined))).toEqual([
      false,
      false,
      false,
    ]);
    expect(
      ['same_upper', 'same_lower'].map((same) => [refused(optionalPadding, same), refused(optionalPair, same)]),
    ).toEqual([
      [false, true],
      [false, true],
    ]);
    expect([0, 1, 7, -1, 0.5, '1', null].map((n) => refused(optionalCount, n))).toEqual([
      false,
      false,
      false,
      true,
      true,
      true,
      true,
    ]);
    expect(() => optionalPair(3, 'here')).toThrow('here: not a pair of sizes; expected [before, after], got 3');
    expect(() => optionalPadding(3, 'here')).toThrow(
      'here: not a pair of sizes; expected [before, after], or same_upper or same_lower, got 3',
    );
  });
});
