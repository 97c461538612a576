import type { OptionValue, TableOption } from '../ast';
import { unreachable } from '../../model/invariant';
import { quoteName } from '../../model/quote';
import { quoteString } from './literal';
import { printTableName } from './reference';

/** TiDB's own options and the feature whose versioned comment they stand in. */
const Features: ReadonlyMap<string, string> = new Map([
  ['SHARD_ROW_ID_BITS', ''],
  ['PRE_SPLIT_REGIONS', ''],
  ['AUTO_ID_CACHE', '[auto_id_cache]'],
  ['AUTO_RANDOM_BASE', '[auto_rand_base]'],
  ['PLACEMENT POLICY', '[placement]'],
  ['TTL', '[ttl]'],
  ['TTL_ENABLE', '[ttl]'],
  ['TTL_JOB_INTERVAL', '[ttl]'],
]);

/** Options whose value TiDB's printer drops, with a remark instead. */
const Unsupported: ReadonlyMap<string, string> = new Map([
  ['STATS_PERSISTENT', 'TableOptionStatsPersistent'],
  ['PACK_KEYS', 'TableOptionPackKeys'],
]);

/** A table option in normal form. */
export function printTableOption(option: TableOption): string {
  const { name, force } = option;
  const remark = Unsupported.get(name);
  if (remark !== undefined) return `${name} = DEFAULT /* ${remark} is not supported */ `;
  const feature = Features.get(name);
  const text = printPlain(option);
  const printed = feature === undefined ? text : `/*T!${feature} ${text} */`;
  return force ? `/*T![force_inc] FORCE */ ${printed}` : printed;
}

function printPlain({ name, value }: TableOption): string {
  if (value.kind === 'none') return name;
  if (name === 'STORAGE') return `STORAGE ${printValue(name, value)}`;
  return `${name} = ${printValue(name, value)}`;
}

/** The value of an option; names of charsets and collations are upper case. */
function printValue(name: string, value: OptionValue): string {
  switch (value.kind) {
    case 'word':
      return printWord(name, value.text);
    case 'number':
      return value.text;
    case 'string':
      return quoteString(value.text);
    case 'default':
      return 'DEFAULT';
    case 'name':
      return quoteName(value.text);
    case 'tables':
      return `(${value.tables.map(printTableName).join(',')})`;
    case 'none':
      return '';
    default:
      return unreachable(value);
  }
}

function printWord(name: string, text: string): string {
  if (name === 'DEFAULT CHARACTER SET' || name === 'DEFAULT COLLATE') return text.toUpperCase();
  // An engine's name may come as a string that isn't a word.
  return name === 'ENGINE' && !/^[\w$]+$/.test(text) ? quoteString(text) : text;
}
