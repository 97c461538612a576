import type { Said } from '../model/records';
import { parseRevision } from '../model/revision';
import type { JsonValue } from './json-reader';

/** When a worker said what a record tells; absent in records of workers that don't count. */
export function readSaid(root: JsonValue): { readonly said?: Said } {
  const said = root.field('said').or(null, (field) => ({
    epoch: parseRevision(field.field('epoch').count()),
    sequence: field.field('sequence').count(),
  }));
  return said === null ? {} : { said };
}
