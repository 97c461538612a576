import type { DatabaseOption } from '../ast';
import { unreachable } from '../../model/invariant';
import { quoteName } from '../../model/quote';
import { quoteString } from './literal';

/** An option of a database in normal form, with a blank before it. */
export function printDatabaseOption({ name, value }: DatabaseOption): string {
  switch (name) {
    case 'charset':
      return ` CHARACTER SET = ${value}`;
    case 'collate':
      return ` COLLATE = ${value}`;
    case 'encryption':
      return ` ENCRYPTION = ${quoteString(value)}`;
    case 'read-only':
      return ` READ ONLY = ${value}`;
    case 'comment':
      return ` COMMENT = ${quoteString(value)}`;
    case 'placement':
      return ` /*T![placement] PLACEMENT POLICY = ${quoteName(value)} */`;
    case 'upgrade-directory':
      return ' UPGRADE DATA DIRECTORY NAME';
    default:
      return unreachable(name);
  }
}
