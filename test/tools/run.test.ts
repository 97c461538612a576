import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

function read(name: string): string {
  return readFileSync(join(ROOT, name), 'utf8');
}

describe('the runner of suites', () => {
  it('refuses suites that do not exist, and to run nothing', () => {
    for (const args of [['types', 'nothing'], []]) {
      const { status, stderr } = spawnSync(process.execPath, ['test/tools/run.js', ...args], {
        cwd: ROOT,
        encoding: 'utf8',
      });
      expect(status).toBe(2);
      expect(stderr).toContain('suites: types, lint, schema, unit, vectors');
    }
  });

  it('is what the README’s command and the CI script run', () => {
    expect(read('README.md')).toContain('\n```sh\nnpm ci && npm test\n```\n');
    expect(read('.ci/run').trimEnd().split('\n').at(-1)).toBe('npm ci && npm test');
    expect(JSON.parse(read('package.json'))).toMatchObject({
      scripts: { test: 'node test/tools/run.js servers types lint schema unit vectors real' },
    });
  });
});
