import { expect, it } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const PROTOCOL = readFileSync(join(__dirname, '..', '..', '..', 'schema', 'PROTOCOL.md'), 'utf8');

it('every clause of schema/PROTOCOL.md is named by a step of a test that plays it', () => {
  const clauses = [...PROTOCOL.matchAll(/^- \*\*(\d\.\d)\*\*/gmu)].map(([, number]) => number ?? '');
  expect(clauses.length).toBeGreaterThan(45);
  const titles = readdirSync(__dirname)
    .filter((name) => name.endsWith('.test.ts'))
    .flatMap((name) => readFileSync(join(__dirname, name), 'utf8').match(/\bit(?:\.each\(.*?\))?\('[^']*'/gu) ?? [])
    .join('\n');
  // "4.1 to 4.3" names what is between as well.
  const named = [...titles.matchAll(/(\d)\.(\d)(?: to \d\.(\d))?/gu)].flatMap(([, section, from, to]) =>
    Array.from({ length: Number(to ?? from) - Number(from) + 1 }, (_, step) => `${section}.${Number(from) + step}`),
  );
  expect(clauses.filter((clause) => !named.includes(clause))).toEqual([]);
  expect(named.filter((clause) => !clauses.includes(clause))).toEqual([]);
});
