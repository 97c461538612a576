import type { KeyPart } from '../ast';
import { quoteName } from '../../model/quote';
import { printExpression } from './expression';

/** The parts of a key with their brackets. */
export function printKeyParts(parts: readonly KeyPart[]): string {
  return `(${parts.map(printKeyPart).join(', ')})`;
}

function printKeyPart({ key, length, descending }: KeyPart): string {
  if (key.kind === 'period') return `${quoteName(key.name)} WITHOUT OVERLAPS`;
  const text = key.kind === 'column' ? quoteName(key.name) : `(${printExpression(key.expression)})`;
  return text + (length === null ? '' : `(${length})`) + (descending ? ' DESC' : '');
}
