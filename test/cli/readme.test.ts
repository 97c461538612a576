import { beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { useServer } from '../support/use-server';
import { makeConflict } from './conflict';
import { runCommand } from './run-command';

/** How long the lock of the README stands still, in milliseconds. */
const STILL_MS = 320_000;

const ROOT = join(__dirname, '..', '..');
const server = useServer();

beforeAll(async () => {
  await makeConflict(server.url, 'orders');
});

/** A text with the same time everywhere. */
const timeless = (text: string): string =>
  text
    .replaceAll(/\d{4}-\d\d-\d\d(\s+)\d\d:\d\d:\d\d UTC/gu, '2026-03-01$103:00:12 UTC')
    .replaceAll(/^( {2})\d\d:\d\d:\d\d /gmu, '$103:00:12 ')
    .replaceAll(/5m \d\ds/gu, '5m 20s');

/** The block of a README that begins with a command. */
function blockOf(file: string, command: string): string {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const start = text.indexOf(`$ ${command}\n`);
  if (start < 0) throw new Error(`${file} has no block of ${command}`);
  return text.slice(start + command.length + 3, text.indexOf('```', start));
}

describe('what READMEs show is what commands print', () => {
  it.each([
    ['README.md', 'lockstep why orders'],
    ['README.md', 'lockstep locks'],
    ['src/cli/README.md', 'lockstep show-ddl-locks --output table'],
    ['src/cli/README.md', 'lockstep show-ddl-locks orders'],
  ])('in %s: %s', async (file, command) => {
    const { out } = await runCommand(command.split(' ').slice(1), {
      environment: { LOCKSTEP_SERVER: server.url },
      nowMs: () => Date.now() + STILL_MS,
    });
    expect(timeless(blockOf(file, command))).toBe(timeless(out));
  });
});
