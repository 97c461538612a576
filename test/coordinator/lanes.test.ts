import { describe, expect, it } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Lanes } from '../../src/coordinator/lanes';
import { ManualClock } from '../support/manual-clock';

/** Work that ends when it is told to. */
function work(
  name: string,
  seen: string[],
): { run: () => Promise<string>; end: () => void; fail: (error: Error) => void } {
  let end = (): void => undefined;
  let fail: (error: Error) => void = end;
  const ended = new Promise<string>((resolve, reject) => {
    end = () => resolve(name);
    fail = reject;
  });
  const run = (): Promise<string> => {
    seen.push(name);
    return ended;
  };
  return { run, end, fail };
}

describe('lanes', () => {
  it('let requests go one after another, whether they succeed or fail, and other lanes beside them', async () => {
    const [lanes, seen] = [new Lanes(new ManualClock()), [] as string[]];
    const [a, b, c, other] = ['a', 'b', 'c', 'other'].map((name) => work(name, seen));
    const results = [a, b, c].map((each) => lanes.run('lane', () => each!.run()).catch(String));
    const beside = lanes.run('another', () => other!.run());
    await nextTurn();
    expect(seen).toEqual(['a', 'other']);
    a!.fail(new Error('lost'));
    await nextTurn();
    expect(seen).toEqual(['a', 'other', 'b']);
    for (const each of [b, c, other]) each!.end();
    expect(await Promise.all([...results, beside])).toEqual(['Error: lost', 'b', 'c', 'other']);
    expect(await lanes.run('lane', () => Promise.resolve('later'))).toBe('later');
  });

  it('let nobody wait for ever behind one that does not end', async () => {
    const clock = new ManualClock();
    const [lanes, seen] = [new Lanes(clock), [] as string[]];
    const [stuck, next] = [work('stuck', seen), work('next', seen)];
    const first = lanes.run('lane', stuck.run);
    const second = lanes.run('lane', next.run);
    await nextTurn();
    await clock.advance(9_000);
    expect(seen).toEqual(['stuck']);
    await clock.advance(2_000);
    await nextTurn();
    expect(seen).toEqual(['stuck', 'next']);
    next.end();
    expect(await second).toBe('next');
    stuck.end();
    expect(await first).toBe('stuck');
  });
});
