import { describe, expect, it } from '@jest/globals';
import { MutationRate } from '../../../src/graphql/limits/mutation-rate';
import { PersistedQueries } from '../../../src/graphql/limits/persisted-queries';
import { RefusalAudit } from '../../../src/graphql/limits/refusal-audit';
import { SilentLogger } from '../../support/silent-logger';

describe('the rate of mutations', () => {
  it('lets two seconds’ worth pass at once, then so many a second, for each identity by itself', () => {
    let nowMs = 0;
    const rate = new MutationRate(10, () => nowMs);
    const admitted = (identity: string): number => {
      let count = 0;
      while (rate.admits(identity)) count += 1;
      return count;
    };
    expect([admitted('a'), admitted('a'), admitted('b')]).toEqual([20, 0, 20]);
    nowMs += 1_000;
    expect([admitted('a'), admitted('a')]).toEqual([10, 0]);
    nowMs += 3_600_000;
    expect(admitted('a')).toBe(20);
  });

  it('forgets identities that were quiet, so that names cost no memory', () => {
    let nowMs = 0;
    const rate = new MutationRate(1, () => nowMs);
    for (let i = 0; i < 30_000; i += 1) {
      rate.admits(`name ${i}`);
      nowMs += 1;
    }
    expect(rate.size).toBeLessThanOrEqual(10_001);
  });
});

describe('the audit of refusals', () => {
  it('tells some of very many, and how many it left out', () => {
    let nowMs = 0;
    const logger = new SilentLogger();
    const audit = new RefusalAudit(logger, () => nowMs);
    for (let i = 0; i < 1_000; i += 1) audit.tell('mallory', { mutation: 'm' }, 'no');
    audit.tell('alice', { mutation: 'm' }, 'no');
    expect(logger.lines).toHaveLength(41);
    nowMs += 1_000;
    audit.tell('mallory', { mutation: 'm' }, 'no');
    expect(logger.lines.at(-1)).toMatchObject({ fields: { audit: true, mutation: 'm', omitted: 960 } });
  });
});

describe('persisted documents', () => {
  it('take no more room than they may; what was used last stays', async () => {
    const kept = new PersistedQueries(100);
    await kept.set('a', 'x'.repeat(40));
    await kept.set('b', 'x'.repeat(40));
    await kept.get('a');
    await kept.set('c', 'x'.repeat(40));
    expect(await Promise.all(['a', 'b', 'c'].map((key) => kept.get(key).then((text) => text !== undefined)))).toEqual([
      true,
      false,
      true,
    ]);
    await kept.set('d', 'x'.repeat(1_000));
    expect(await kept.get('d')).toBeUndefined();
    expect(await kept.delete('d')).toBe(false);
  });
});
