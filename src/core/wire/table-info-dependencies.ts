import { columnsReadBy } from '../table/stored-expression';
import { compareUtf8 } from './utf8';

/** The columns that a generated expression reads, in lower case, sorted as Go sorts the keys of a map. */
export function dependenciesOf(expression: string): readonly string[] {
  return [...columnsReadBy(expression)].sort(compareUtf8);
}
