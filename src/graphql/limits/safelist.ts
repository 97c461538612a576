import { readFileSync, readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { parse, print } from 'graphql';
import type { DocumentNode } from 'graphql';
import { readingFile } from '../../identity/watched-files';

/** What routers ask of every subgraph: whether it lives, and for its schema. */
const OF_ROUTERS = ['{ __typename }', '{ _service { sdl } }'];

/** The only documents that a server executes, and what routers ask of every subgraph. */
export class Safelist {
  readonly #known: ReadonlySet<string>;

  private constructor(documents: readonly DocumentNode[]) {
    this.#known = new Set([...documents, ...OF_ROUTERS.map((text) => parse(text))].map(print));
  }

  /** Every `.graphql` file of these folders. @throws LockstepError INVALID_INPUT for what can't be read, or doesn't parse */
  static open(folders: readonly string[]): Safelist {
    return new Safelist(folders.flatMap((folder) => filesOf(folder).map(readDocument)));
  }

  /** Whether a document is on the list, however it is laid out. */
  has(document: DocumentNode): boolean {
    return this.#known.has(print(document));
  }
}

function filesOf(folder: string): string[] {
  return readingFile('list of documents at', folder, () => {
    if (!statSync(folder).isDirectory()) throw new Error('not a folder');
    const names = readdirSync(folder).filter((name) => extname(name) === '.graphql');
    if (names.length === 0) throw new Error('no .graphql files in it');
    return names.map((name) => join(folder, name));
  });
}

function readDocument(path: string): DocumentNode {
  return readingFile('list of documents at', path, () => parse(readFileSync(path, 'utf8'), { noLocation: true }));
}
