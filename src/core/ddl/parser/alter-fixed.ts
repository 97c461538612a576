import type { AlterSpec } from '../ast';
import { quoteName } from '../../model/quote';
import { printExpression } from '../printer/expression';
import { quoteString } from '../printer/literal';
import { printTableOption } from '../printer/table-option';
import type { Cursor } from './cursor';
import { parseBound } from './partition';
import { parseTableOptions } from './table-option';

/** Specs that no table schema sees: of secondary engines, and TiDB's own. Null: something else follows. */
export function parseFixedSpec(cursor: Cursor): AlterSpec | null {
  if (!FirstWords.has(cursor.token.upper)) return null;
  if (cursor.acceptAll('WITH', 'VALIDATION')) return { kind: 'validation', enabled: true };
  if (cursor.acceptAll('WITHOUT', 'VALIDATION')) return { kind: 'validation', enabled: false };
  if (cursor.areNext('SET', 'TIFLASH')) return parseReplica(cursor);
  if (cursor.isOneOf('ATTRIBUTES', 'STATS_OPTIONS')) return parseText(cursor);
  if (cursor.is('PARTITION')) return parseOfPartition(cursor);
  for (const [words, number] of Bounded) {
    if (cursor.areNext(...words, 'PARTITION')) return parseBounded(cursor, words, number);
  }
  for (const [words, number, text] of Fixed) {
    if (cursor.acceptAll(...words)) return { kind: 'fixed', text: text ?? words.join(' '), number };
  }
  return null;
}

/** Words, DM's number, and the normal form where it isn't the words themselves. */
const Fixed: readonly (readonly [readonly string[], number, string?])[] = [
  [['SECONDARY_LOAD'], 31],
  [['SECONDARY_UNLOAD'], 32],
  [['UPGRADE', 'PARTITIONING'], 0],
  [['READ', 'ONLY'], 14],
  [['READ', 'WRITE'], 14],
  [['CACHE'], 52],
  [['NOCACHE'], 53],
  [['REMOVE', 'TTL'], 59, '/*T![ttl] REMOVE TTL */'],
];

/** Changes of the first or last partition of a `RANGE … INTERVAL`, by their bound. */
const Bounded: readonly (readonly [readonly string[], number])[] = [
  [['FIRST'], 55],
  [['LAST'], 56],
  [['SPLIT', 'MAXVALUE'], 57],
  [['MERGE', 'FIRST'], 58],
];

/** The words with which such a spec begins, so that others cost one look. */
const FirstWords: ReadonlySet<string | undefined> = new Set([
  ...['WITH', 'WITHOUT', 'SET', 'ATTRIBUTES', 'STATS_OPTIONS', 'PARTITION'],
  ...[...Fixed, ...Bounded].map(([words]) => words[0]),
]);

function parseBounded(cursor: Cursor, words: readonly string[], number: number): AlterSpec {
  cursor.expect(...words);
  const text = `${words.join(' ')} PARTITION LESS THAN (${printExpression(parseBound(cursor))})`;
  return { kind: 'fixed', text, number };
}

/** `PARTITION p ATTRIBUTES = '…'`, `PARTITION p PLACEMENT POLICY = x`. */
function parseOfPartition(cursor: Cursor): AlterSpec {
  cursor.expect('PARTITION');
  const head = `PARTITION ${quoteName(cursor.name("a partition's name"))}`;
  if (cursor.is('ATTRIBUTES')) {
    const { text } = parseText(cursor);
    return { kind: 'fixed', text: `${head} ${text}`, number: 20 };
  }
  if (!cursor.areNext('PLACEMENT', 'POLICY')) cursor.fail('ATTRIBUTES or PLACEMENT POLICY');
  return {
    kind: 'fixed',
    text: [head, ...parseTableOptions(cursor, false).map(printTableOption)].join(' '),
    number: 21,
  };
}

function parseReplica(cursor: Cursor): AlterSpec {
  cursor.expect('SET', 'TIFLASH', 'REPLICA');
  let text = `SET TIFLASH REPLICA ${cursor.count('a number of replicas')}`;
  if (cursor.acceptAll('LOCATION', 'LABELS')) {
    text += ` LOCATION LABELS ${cursor.list(() => quoteString(cursor.string('a label'))).join(', ')}`;
  }
  return { kind: 'fixed', text, number: 47 };
}

function parseText(cursor: Cursor): Extract<AlterSpec, { kind: 'fixed' }> {
  const name = cursor.advance().upper;
  cursor.acceptSymbol('=');
  const value = cursor.accept('DEFAULT') ? 'DEFAULT' : quoteString(cursor.string('a string'));
  return { kind: 'fixed', text: `${name}=${value}`, number: name === 'ATTRIBUTES' ? 51 : 54 };
}
