import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { GraphQLError } from 'graphql';
import { buildShardSchema, printShardSchema } from '../../src/graphql/schema';
import { breakingChanges } from './schema-changes';
import { MESSAGES_FILE, generateMessages } from './sdk-messages';

/** Where the schema is committed. */
const FILE = join(__dirname, '..', '..', 'schema', 'schema.graphql');

/**
 * Writes what follows from the decorators. A schema that breaks what the committed one promised is written with
 * `--breaking` only. `--check` compares with what is committed and writes nothing; `--against FILE` says what breaks for
 * those who rely on the schema of that file. Exit status 1: it differs, or something breaks; 2: bad options.
 */
async function main(options: readonly string[]): Promise<number> {
  const schema = printShardSchema(buildShardSchema());
  const [option, file] = options;
  switch (option) {
    case undefined:
      return (await saysWhatBreaks(FILE, schema)) ? refuse() : write(schema);
    case '--breaking':
      return write(schema);
    case '--check':
      return await check(schema);
    case '--against':
      if (file === undefined) break;
      return (await saysWhatBreaks(file, schema)) ? 1 : 0;
  }
  console.error('usage: schema-command.ts [--breaking | --check | --against FILE]');
  return 2;
}

async function write(schema: string): Promise<number> {
  writeText(FILE, schema);
  // They are made from the schema that is committed.
  writeText(MESSAGES_FILE, await generateMessages());
  return 0;
}

function writeText(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

async function check(schema: string): Promise<number> {
  const isSchema = isCommitted(FILE, schema, 'src/graphql');
  if (!isSchema) await saysWhatBreaks(FILE, schema);
  const isMessages = isCommitted(MESSAGES_FILE, await generateMessages(), 'schema/');
  return isSchema && isMessages ? 0 : 1;
}

function isCommitted(file: string, text: string, origin: string): boolean {
  if (readFileSync(file, 'utf8') === text) return true;
  console.error(`${file} is not what ${origin} says; run: npm run emit:schema`);
  return false;
}

/** Whether something breaks for those who rely on the schema of a file; says what. */
async function saysWhatBreaks(file: string, schema: string): Promise<boolean> {
  try {
    const broken = await breakingChanges(readFileSync(file, 'utf8'), schema);
    for (const message of broken) console.error(`breaking: ${message}`);
    return broken.length > 0;
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    // In the middle of a merge it holds two schemas at once.
    console.error(`${file} is no schema, so nothing can be said about what breaks: ${error.message}`);
    return false;
  }
}

function refuse(): number {
  console.error(
    'nothing was written: clients rely on this. Deprecate it instead, or run: npm run emit:schema -- --breaking',
  );
  return 1;
}

void main(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
});
