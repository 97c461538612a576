import { describe, expect, it } from '@jest/globals';
import { VirtualTime } from '../../../sdk/testing';

describe('virtual time', () => {
  it('jumps from timer to timer, each at its own time, in the order of their making', async () => {
    const time = new VirtualTime(() => 0);
    const seen: string[] = [];
    const at = (name: string) => () => seen.push(`${name} at ${time.monotonicMs()}`);
    time.after(3_600_000, at('late'));
    time.after(10, at('one'));
    time.after(10, at('two'));
    const stop = time.after(20, at('never'));
    time.after(15, () => {
      stop();
      time.after(0, at('at once'));
    });
    expect(await time.passUntil(() => seen.length === 4, 7_200_000)).toBe(true);
    expect(seen).toEqual(['one at 10', 'two at 10', 'at once at 15', 'late at 3600000']);
    expect(time.wallMs()).toBe(1_700_003_600_000);
  });

  it('passes only when nothing else is to be done, and no further than it may', async () => {
    const time = new VirtualTime(() => 0.5);
    let isDone = false;
    const work = (async () => {
      for (let step = 0; step < 5; step += 1) await new Promise<void>((resolve) => time.after(100, resolve));
      isDone = true;
    })();
    expect(await time.passUntil(() => isDone, 499)).toBe(false);
    expect(time.monotonicMs()).toBe(400);
    await time.pass(100);
    await work;
    expect([isDone, time.monotonicMs(), time.random()]).toEqual([true, 500, 0.5]);
  });
});
