import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

/** Every file that loading `lockstep/sdk` loads, in a process of its own. */
function loadedBySdk(): readonly string[] {
  const script = "require('./sdk'); console.log(JSON.stringify(Object.keys(require.cache)))";
  const output = execFileSync('node', ['--require', './test/tools/load-typescript.js', '-e', script], { cwd: ROOT });
  const loaded: unknown = JSON.parse(output.toString());
  if (!Array.isArray(loaded)) throw new Error('no list of files');
  return loaded.map(String).map((file) => file.slice(ROOT.length + 1));
}

describe('loading lockstep/sdk', () => {
  const loaded = loadedBySdk();

  it('loads the SDK', () => {
    expect(loaded).toContain('sdk/worker/shard-worker.ts');
  });

  it('loads nothing of the server: of src only the core', () => {
    expect(loaded.filter((file) => file.startsWith('src/') && !file.startsWith('src/core/'))).toEqual([]);
  });

  it.each(['lmdb', 'etcd3', '@apollo/server', 'type-graphql', 'pino', 'yaml', 'lockstep'])('loads no %s', (name) => {
    expect(loaded.filter((file) => file.startsWith(`node_modules/${name}/`))).toEqual([]);
  });
});
