import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const ROOT = join(__dirname, '..', '..', '..');
const README = readFileSync(join(ROOT, 'src', 'graphql', 'README.md'), 'utf8');

/** The code of the README that holds these words, without what it is moved in by. */
function codeWith(words: string): string {
  const codes = [...README.matchAll(/^( *)```\w+\n([^]*?)^ *```$/gmu)];
  const found = codes.find(([, , code = '']) => code.includes(words));
  const [, indent = '', code = ''] = found ?? [];
  return code.replace(new RegExp(`^${indent}`, 'gmu'), '');
}

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-recipe-'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('what the README says of a supergraph', () => {
  it('puts lockstep and its example of a neighbour together', () => {
    writeFileSync(join(folder, 'lockstep.graphql'), readFileSync(join(ROOT, 'schema', 'schema.graphql')));
    writeFileSync(join(folder, 'people.graphql'), codeWith('onCall'));
    writeFileSync(join(folder, 'compose.mjs'), codeWith('// compose.mjs'));
    execFileSync(process.execPath, ['compose.mjs'], { cwd: folder });
    const supergraph = readFileSync(join(folder, 'supergraph.graphql'), 'utf8');
    expect(supergraph).toMatch(/onCall: String! @join__field\(graph: PEOPLE\)/u);
    expect(supergraph).toContain('@join__graph(name: "lockstep", url: "http://127.0.0.1:4000/graphql")');
  });

  it('lets routers listen where neither lockstep nor the neighbour does', () => {
    const ports = (text: string): string[] => [...text.matchAll(/port:? (\d+)/gu)].map(([, port = '']) => port);
    const taken = [...codeWith('// compose.mjs').matchAll(/127\.0\.0\.1:(\d+)/gu)].map(([, port = '']) => port);
    expect(taken).toEqual(['4000', '4002']);
    const [, command = ''] = /(npx hive-gateway supergraph[^`]*)`/u.exec(README) ?? [];
    for (const router of [command, codeWith('// router.mjs')]) {
      expect(ports(router)).toHaveLength(1);
      expect(taken).not.toContain(ports(router)[0]);
    }
  });
});
