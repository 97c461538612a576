import type { KeyValue } from '../../core/model/store';
import type { Revision } from '../../core/model/revision';
import { openReadOnly } from './environment';
import { readRange } from './read-range';
import { Tables } from './tables';

/**
 * What a directory holds under some prefixes, read without changing anything, also while a server has it open.
 * @throws LockstepError INVALID_INPUT (there is no store), STORE_FOREIGN, STORE_DAMAGED
 */
export async function readDirectory(
  directory: string,
  prefixes: readonly string[],
): Promise<{ readonly values: readonly KeyValue[]; readonly revision: Revision }> {
  const environment = openReadOnly(directory);
  try {
    const tables = new Tables(environment);
    const revision = tables.lastRevision();
    const values: KeyValue[] = [];
    for (const prefix of prefixes) {
      const found = await readRange(tables, prefix, revision, () => undefined);
      values.push(...found.values);
    }
    return { values, revision };
  } finally {
    await environment.root.close();
  }
}
