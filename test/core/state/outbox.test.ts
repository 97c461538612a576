import { describe, expect, it } from '@jest/globals';
import { LockstepError } from '../../../src/core/model/error';
import { NO_REVISION, parseRevision } from '../../../src/core/model/revision';
import type { Compare } from '../../../src/core/model/store';
import { obligationId } from '../../../src/core/state/obligation';
import { Outbox } from '../../../src/core/state/outbox';

const trim = { kind: 'trim' } as const;
const id = obligationId(trim);
const revision = parseRevision(7);

/** The time from which `outbox` gives its one obligation, looked for in steps of 10 ms. */
function dueFrom(outbox: Outbox, fromMs: number): number {
  for (let nowMs = fromMs; nowMs < fromMs + 200_000; nowMs += 10)
    if (outbox.takeDue(revision, nowMs).length > 0) return nowMs;
  throw new Error('it is never due');
}

function asked(): Outbox {
  const outbox = new Outbox();
  outbox.ask(trim);
  return outbox;
}

describe('an obligation whose write the store refuses', () => {
  const on = (value: number): Compare[] => [{ kind: 'modRevision', key: '/k', operator: '=', value }];

  it('is planned again at once when the state has learned from it, else later and later, up to a minute', () => {
    const outbox = asked();
    const waits: number[] = [];
    let nowMs = 0;
    for (const value of [1, 2, 3, 3, 3, 3, 4, ...Array.from({ length: 16 }, () => 4)]) {
      outbox.takeDue(revision, nowMs);
      outbox.markSent(trim, on(value));
      outbox.markRefused(id, revision, nowMs);
      const dueMs = dueFrom(outbox, nowMs);
      waits.push(dueMs - nowMs);
      nowMs = dueMs;
    }
    expect(waits.slice(0, 9)).toEqual([0, 0, 0, 50, 100, 200, 0, 50, 100]);
    expect(Math.max(...waits)).toBe(60_000);
  });

  it('is known as impossible until a write of it is made, and tried less and less often', () => {
    const outbox = asked();
    const error = new LockstepError('INVALID_INPUT', 'too large');
    outbox.takeDue(revision, 0);
    outbox.markImpossible(id, error, 0);
    expect([...outbox.impossible]).toEqual([{ obligation: trim, error, sinceMs: 0, tries: 1 }]);
    // That somebody asks for it again doesn't make it possible.
    outbox.ask(trim);
    expect(dueFrom(outbox, 0)).toBe(1_000);
    outbox.markImpossible(id, error, 1_000);
    expect(dueFrom(outbox, 1_000)).toBe(3_000);
    expect(outbox.whyImpossible(trim)).toMatchObject({ tries: 2, sinceMs: 0 });
    outbox.markDone(id, NO_REVISION);
    expect([...outbox.impossible]).toEqual([]);
  });

  it.each(['settle', 'rearm', 'clear'] as const)('is forgotten with its obligation: %s', (end) => {
    const outbox = asked();
    outbox.markImpossible(id, new LockstepError('INVALID_INPUT', ''), 0);
    if (end === 'settle') outbox.settle(trim);
    else outbox[end]();
    expect([...outbox.impossible]).toEqual([]);
    expect(outbox.takeDue(revision, 0)).toEqual(end === 'rearm' ? [trim] : []);
  });
});
