import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ErrorCatalogue } from '../../src/core/model/error-catalogue';
import type { ErrorEntry } from '../../src/core/model/error-catalogue';
import { done, runGuide } from './worker-guide';

const ROOT = join(__dirname, '..', '..');
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** The catalogue as the README has it. */
function errorTable(): string {
  const row = ([code, { help, retryable, dmCode, exitStatus }]: [string, ErrorEntry]): string =>
    `| \`${code}\` | ${dmCode ?? ''} | ${retryable ? 'yes' : ''} | ${exitStatus} | ${help.replaceAll('|', '\\|')} |`;
  const head = ['| code | DM | again | exit | what to do |', '| --- | --- | --- | --- | --- |'];
  return [...head, ...Object.entries(ErrorCatalogue).map(row)].join('\n');
}

/** A block of the README in a language, that holds a text. */
function blockWith(language: string, text: string): string {
  const blocks = readme.split('```').filter((block) => block.startsWith(`${language}\n`) && block.includes(text));
  return (blocks[0] ?? '').slice(language.length + 1);
}

describe('the README', () => {
  it('documents every error of the catalogue', () => {
    expect(readme).toContain(errorTable());
  });

  it('shows a worker that is compiled as it stands there', () => {
    const guide = readFileSync(join(__dirname, 'worker-guide.ts'), 'utf8');
    const published = guide
      .replaceAll("'../../sdk'", "'lockstep/sdk'")
      .replaceAll("'../../sdk/testing'", "'lockstep/sdk/testing'");
    expect(blockWith('ts', 'ShardWorker.create')).toBe(published);
  });

  it('shows a worker that works', async () => {
    await runGuide();
    expect(done).toEqual([
      'shop.orders {"id":1}',
      'ALTER TABLE `shop`.`orders` ADD COLUMN `price` INT',
      'shop.orders {"id":2,"price":7}',
    ]);
  });

  it('names only commands of the package that there are', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = [...readme.matchAll(/npm run (?:--silent )?([\w:]+)/gu)].map(([, name]) => name ?? '');
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });
});
