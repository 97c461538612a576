import { describe, expect, it } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { allowedImports } from '../tools/import-zones';
import { cyclesOf, importsOf } from '../support/import-graph';

const ROOT = join(__dirname, '..', '..');
const CORE = 'src/core';

/** The longest file without a reason in its head comment. */
const LONGEST_LINES = 400;

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

const files = readdirSync(join(ROOT, CORE), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join(CORE, name).split(sep).join('/'))
  .sort();

/** The file that a relative import names; null: there is none. */
function resolve(file: string, specifier: string): string | null {
  const base = relative(ROOT, join(ROOT, dirname(file), specifier))
    .split(sep)
    .join('/');
  return [`${base}.ts`, `${base}/index.ts`].find((candidate) => files.includes(candidate)) ?? null;
}

/** The room of a file: the longest entry of the table that it lies in, or is. */
function roomOf(file: string): string | null {
  const rooms = Object.keys(allowedImports).filter((room) => file === room || file.startsWith(`${room}/`));
  return rooms.sort((a, b) => b.length - a.length)[0] ?? null;
}

const imports = files.flatMap((file) => importsOf(read(file)).map((specifier) => ({ file, specifier })));

describe('the imports of src/core', () => {
  it('were found at all', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(imports.length).toBeGreaterThan(100);
  });

  it('name files of src/core only: no packages, nothing of Node', () => {
    expect(
      imports.filter(({ file, specifier }) => !specifier.startsWith('.') || resolve(file, specifier) === null),
    ).toEqual([]);
  });

  it('are those that the table of rooms allows', () => {
    const forbidden = imports.filter(({ file, specifier }) => {
      const from = roomOf(file);
      const to = roomOf(resolve(file, specifier) ?? '');
      return from === null || to === null || (from !== to && !allowedImports[from]?.includes(to));
    });
    expect(forbidden).toEqual([]);
  });

  it('have no cycles', () => {
    const graph = new Map(
      files.map((file) => [
        file,
        imports.filter((entry) => entry.file === file).flatMap(({ specifier }) => resolve(file, specifier) ?? []),
      ]),
    );
    expect(cyclesOf(graph)).toEqual([]);
  });

  it('follow a table whose rooms have no cycles either', () => {
    expect(cyclesOf(new Map(Object.entries(allowedImports)))).toEqual([]);
  });
});

describe('the files of src/core', () => {
  it('belong to a room of the table', () => {
    expect(files.filter((file) => roomOf(file) === null)).toEqual([]);
  });

  it(`have at most ${LONGEST_LINES} lines, or say in their first comment why they have more`, () => {
    const long = files.filter((file) => {
      const text = read(file);
      const [head] = /^\/\*\*.*?\*\//su.exec(text) ?? [''];
      return (
        text.trimEnd().split('\n').length > LONGEST_LINES && !/\blong(?:er)?\b|\bone file\b|\bone place\b/u.test(head)
      );
    });
    expect(long).toEqual([]);
  });
});
