import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildShardSchema, printShardSchema } from '../../src/graphql/schema';
import { MESSAGES_FILE, generateMessages } from './sdk-messages';

/** Where the schema is committed. */
const FILE = join(__dirname, '..', '..', 'schema', 'schema.graphql');

/** Writes what follows from the decorators, or with `--check` compares it with what is committed. Exit status 1: it differs. */
async function main(options: readonly string[]): Promise<number> {
  const isCheck = options.includes('--check');
  const isSchema = emit(FILE, printShardSchema(buildShardSchema()), isCheck, 'src/graphql');
  const isMessages = emit(MESSAGES_FILE, await generateMessages(), isCheck, 'schema/');
  return isSchema && isMessages ? 0 : 1;
}

/** @returns whether the file has the text now */
function emit(file: string, text: string, isCheck: boolean, origin: string): boolean {
  if (!isCheck) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return true;
  }
  if (readFileSync(file, 'utf8') === text) return true;
  console.error(`${file} is not what ${origin} says; run: npm run emit:schema`);
  return false;
}

void main(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
});
