import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';

/** Nearly as many as fit into the hash tables that these make, so that these are as full as with 100,000. */
const TABLES = 8_000;

const LOAD = join(__dirname, '../../tools/load-typescript.js');
const PROCESS = join(__dirname, 'lock-heap-process.ts');

it('takes at most 480 bytes for each table of a lock', async () => {
  // A process of its own: what other tests have left is let go of at any time.
  const args = ['--expose-gc', '--require', LOAD, PROCESS, String(TABLES)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(Number(stdout)).toBeLessThan(480);
  expect(Number(stdout)).toBeGreaterThan(200);
}, 120_000);
