import type { AlterSpec } from '../ast';
import { quoteString } from '../printer/literal';
import type { Cursor } from './cursor';

/** Specs that no table schema sees: of secondary engines, and TiDB's own. Null: something else follows. */
export function parseFixedSpec(cursor: Cursor): AlterSpec | null {
  if (cursor.acceptAll('WITH', 'VALIDATION')) return { kind: 'validation', enabled: true };
  if (cursor.acceptAll('WITHOUT', 'VALIDATION')) return { kind: 'validation', enabled: false };
  if (cursor.areNext('SET', 'TIFLASH')) return parseReplica(cursor);
  if (cursor.isOneOf('ATTRIBUTES', 'STATS_OPTIONS')) return parseText(cursor);
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

function parseReplica(cursor: Cursor): AlterSpec {
  cursor.expect('SET', 'TIFLASH', 'REPLICA');
  let text = `SET TIFLASH REPLICA ${cursor.count('a number of replicas')}`;
  if (cursor.acceptAll('LOCATION', 'LABELS')) {
    text += ` LOCATION LABELS ${cursor.list(() => quoteString(cursor.string('a label'))).join(', ')}`;
  }
  return { kind: 'fixed', text, number: 47 };
}

function parseText(cursor: Cursor): AlterSpec {
  const name = cursor.advance().upper;
  cursor.acceptSymbol('=');
  const value = cursor.accept('DEFAULT') ? 'DEFAULT' : quoteString(cursor.string('a string'));
  return { kind: 'fixed', text: `${name}=${value}`, number: name === 'ATTRIBUTES' ? 51 : 54 };
}
