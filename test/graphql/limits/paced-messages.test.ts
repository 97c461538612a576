import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { PacedMessages } from '../../../src/graphql/transport/paced-messages';
import { ReadingHolds } from '../../../src/graphql/transport/reading-holds';

/** A connection of which it is written down when it isn't read. */
function paced() {
  const log: string[] = [];
  const holds = new ReadingHolds({ pause: () => void log.push('pause'), resume: () => void log.push('resume') });
  const messages = new PacedMessages(holds, (text) => void log.push(text));
  return { log, holds, messages };
}

const named = (count: number): string[] => Array.from({ length: count }, (_, index) => `m${index}`);

describe('messages of one connection', () => {
  it('that come alone are handed on at once', async () => {
    const { log, messages } = paced();
    for (const text of named(8)) {
      messages.add(text);
      await nextTurn();
    }
    expect(log).toEqual(named(8));
  });

  it('that come together are handed on in their order, eight in a turn, and nothing more is read meanwhile', async () => {
    const { log, messages } = paced();
    for (const text of named(20)) messages.add(text);
    const [first, second, third] = [named(20).slice(0, 8), named(20).slice(8, 16), named(20).slice(16)];
    expect(log).toEqual([...first, 'pause']);
    await nextTurn();
    expect(log).toEqual([...first, 'pause', ...second]);
    await nextTurn();
    expect(log).toEqual([...first, 'pause', ...second, ...third, 'resume']);
    for (const text of ['a', 'b', 'c', 'd', 'e']) messages.add(text);
    expect(log.slice(-5)).toEqual(['a', 'b', 'c', 'd', 'pause']);
    await nextTurn();
    expect(log.slice(-2)).toEqual(['e', 'resume']);
  });

  it('that wait when the connection ends are dropped', async () => {
    const { log, messages } = paced();
    for (const text of named(10)) messages.add(text);
    messages.close();
    await nextTurn();
    expect(log).toEqual([...named(8), 'pause']);
  });
});

describe('a connection that several things hold', () => {
  it('is read when none of them holds it any more', () => {
    const { log, holds } = paced();
    const [first, second] = [holds.hold(), holds.hold()];
    first();
    expect(log).toEqual(['pause']);
    second();
    expect(log).toEqual(['pause', 'resume']);
  });
});
