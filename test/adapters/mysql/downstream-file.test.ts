import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { readDownstreamFile } from '../../../src/adapters/mysql/downstream-file';

const folder = mkdtempSync(join(tmpdir(), 'lockstep-downstream-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(text: string): unknown {
  const path = join(folder, 'downstream.yaml');
  writeFileSync(path, text);
  return Object.fromEntries(readDownstreamFile(path));
}

describe('the file of downstreams', () => {
  it('needs only hosts; passwords and certificates stand in files of their own', () => {
    writeFileSync(join(folder, 'password'), 'secret\n');
    writeFileSync(join(folder, 'ca.pem'), 'PEM');
    expect(
      read(
        'tasks: {a: {host: h}, b: {host: i, port: 4000, user: u, password-file: password, meta-schema: m, ca: ca.pem}}',
      ),
    ).toEqual({
      a: { host: 'h', port: 3306, user: 'root', password: '', metaSchema: 'dm_meta', ca: null },
      b: { host: 'i', port: 4000, user: 'u', password: 'secret', metaSchema: 'm', ca: Buffer.from('PEM') },
    });
  });

  it('lets tasks share one downstream', () => {
    const shared = read('tasks: {a: &tidb {host: h, port: 4000}, b: *tidb}') as Record<string, unknown>;
    expect(Object.keys(shared)).toEqual(['a', 'b']);
    expect(shared['b']).toEqual(shared['a']);
  });

  it.each([
    ['task: {}', 'task: unknown'],
    ['tasks: {a: {hots: h}}', 'tasks.a.hots: unknown'],
    ['tasks: {a: {}}', 'tasks.a.host: missing'],
    ['tasks: {a: {host: h, port: x}}', 'tasks.a.port'],
    ['tasks: {"": {host: h}}', 'task must not be empty'],
    ['tasks: {a: {host: h, password-file: none}}', 'none'],
    ['tasks: {', 'downstream.yaml'],
  ])('refuses %s', (text, message) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringContaining(message) }),
    );
  });
});
