import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';

const ROOT = join(__dirname, '..', '..', '..');
const LOADER = ['--require', './test/tools/load-typescript.js'];

/** How many files of etcd's client a process has loaded that has loaded a file of ours. */
function loadedWith(file: string): number {
  const program = `require('./${file}'); console.log(Object.keys(require.cache).filter((path) => path.includes('/etcd3/')).length)`;
  return Number(execFileSync(process.execPath, [...LOADER, '-e', program], { cwd: ROOT, encoding: 'utf8' }));
}

it('the client of etcd is loaded only with the store that needs it', () => {
  expect(loadedWith('src/server.ts')).toBe(0);
  expect(loadedWith('src/cli/program.ts')).toBe(0);
  expect(loadedWith('src/adapters/etcd/etcd-store.ts')).toBeGreaterThan(0);
});
