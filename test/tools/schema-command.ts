import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildShardSchema, printShardSchema } from '../../src/graphql/schema';

/** Where the schema is committed. */
const FILE = join(__dirname, '..', '..', 'schema', 'schema.graphql');

/** Writes the schema, or with `--check` compares it with what is committed. Exit status 1: it differs. */
function main(options: readonly string[]): number {
  const text = printShardSchema(buildShardSchema());
  if (!options.includes('--check')) {
    mkdirSync(dirname(FILE), { recursive: true });
    writeFileSync(FILE, text);
    return 0;
  }
  if (readFileSync(FILE, 'utf8') === text) return 0;
  console.error('schema/schema.graphql is not what src/graphql says; run: npm run emit:schema');
  return 1;
}

process.exitCode = main(process.argv.slice(2));
