import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMANDS } from '../../../src/cli/commands';
import { serveOptionsOf } from '../../../src/cli/commands/serve-options';
import { parseCommandLine } from '../../../src/cli/grammar/command-line';
import { DEFAULT_LIMITS, LIMIT_MEANINGS, isLimitName } from '../../../src/graphql/limits/limits';

const ROOT = join(__dirname, '..', '..', '..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

describe('what READMEs say of limits', () => {
  it('is what holds', () => {
    const names = Object.keys(DEFAULT_LIMITS).filter(isLimitName);
    const rows = names.map((name) => `| \`${name}\` | ${DEFAULT_LIMITS[name]} | ${LIMIT_MEANINGS[name]} |`);
    expect(read('src/graphql/limits/README.md')).toContain(rows.join('\n'));
  });

  it('names flags that there are, in commands that start', () => {
    const [, section = ''] = read('README.md').split('## Exposing it');
    const [text = ''] = section.split('\n## ');
    const [, command = ''] = /```sh\nlockstep (serve .*)\n```/u.exec(text) ?? [];
    const parsed = parseCommandLine(command.split(' '), COMMANDS, {});
    if (parsed.kind !== 'run') throw new Error(`it gave ${parsed.kind}: ${command}`);
    expect(serveOptionsOf(parsed.options)).toMatchObject({ host: '0.0.0.0', door: { authFile: 'auth.yaml' } });
    const flags = new Set(COMMANDS.find(({ name }) => name === 'serve')?.flags.map(({ name }) => name));
    const named = [...text.matchAll(/--([a-z][a-z-]*)/gu)].map(([, flag = '']) => flag);
    expect(named.length).toBeGreaterThan(9);
    expect(named.filter((flag) => !flags.has(flag))).toEqual([]);
  });
});
