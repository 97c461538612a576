import { describe, expect, it } from '@jest/globals';
import { setImmediate as othersTurn } from 'node:timers/promises';
import { HeavyTurns } from '../../../src/graphql/limits/heavy-turns';

/** Asks for a turn for each of these, in this order; who had his turn is written down. */
function askFor(turns: HeavyTurns, identities: readonly string[], told: string[]): readonly Promise<void>[] {
  return identities.map(async (identity) => {
    const end = await turns.begin(identity);
    told.push(identity);
    end();
    end();
  });
}

describe('heavy requests', () => {
  it('are begun in the order in which they came; of several who ask each in turn', async () => {
    const told: string[] = [];
    await Promise.all(askFor(new HeavyTurns(), ['a', 'a', 'a', 'a', 'b', 'b', 'c'], told));
    expect(told).toEqual(['a', 'b', 'c', 'a', 'b', 'a', 'a']);
  });

  it('let everything else have its turn of the event loop between any two', async () => {
    const told: string[] = [];
    const all = Promise.all(askFor(new HeavyTurns(), ['a', 'b', 'c'], told));
    const seen: number[] = [];
    while (told.length < 3) {
      seen.push(told.length);
      await othersTurn();
    }
    await all;
    expect(new Set(seen)).toEqual(new Set([0, 1, 2]));
  });

  it('are one at a time, but one that waits for something itself holds up nobody for long', async () => {
    const turns = new HeavyTurns();
    const endFirst = await turns.begin('a');
    let hasBegun = false;
    const second = turns.begin('b').then((end) => {
      hasBegun = true;
      return end;
    });
    for (let turn = 0; turn < 10; turn += 1) await othersTurn();
    expect(hasBegun).toBe(false);
    const endSecond = await second;
    // Its end comes late, and takes no turn away from anybody.
    endFirst();
    let isThirdBegun = false;
    const third = turns.begin('c').then((end) => {
      isThirdBegun = true;
      return end;
    });
    for (let turn = 0; turn < 10; turn += 1) await othersTurn();
    expect(isThirdBegun).toBe(false);
    endSecond();
    (await third)();
  });

  it('go on after nobody had asked for a while', async () => {
    const turns = new HeavyTurns();
    for (let round = 0; round < 3; round += 1) {
      (await turns.begin('a'))();
      await othersTurn();
      await othersTurn();
    }
    const told: string[] = [];
    await Promise.all(askFor(turns, ['a', 'b'], told));
    expect(told).toEqual(['a', 'b']);
  });
});
