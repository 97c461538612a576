import { EQUAL, GREATER, INCOMPARABLE, LESS, combine } from './relation';
import type { Relation } from './relation';
import type { IndexItems, ShapeIndex } from './shape';

/** The item of an index that must be equal, as text: the parts in order, and the type. */
export function indexCore(index: IndexItems): string {
  return JSON.stringify([index.type, ...index.parts.map((part) => [part.column, part.length])]);
}

/** A restriction makes its table smaller. */
function relateRestrictions(a: boolean, b: boolean): Relation {
  if (a === b) return EQUAL;
  return a ? LESS : GREATER;
}

/** How two indexes of one name stand to each other. */
export function relateIndexes(a: ShapeIndex, b: ShapeIndex): Relation {
  if (a === b) return EQUAL;
  if (a.core !== b.core) return INCOMPARABLE;
  return combine(relateRestrictions(a.unique, b.unique), relateRestrictions(a.primary, b.primary));
}

/** The join of two indexes of one name, interned; null: they are incompatible, and no index is left. */
export function joinIndexes(
  a: ShapeIndex,
  b: ShapeIndex,
  intern: (items: IndexItems) => ShapeIndex,
): ShapeIndex | null {
  switch (relateIndexes(a, b)) {
    case EQUAL:
    case GREATER:
      return a;
    case LESS:
      return b;
    default:
      if (a.core !== b.core) return null;
      return intern({ ...itemsOf(a), unique: a.unique && b.unique, primary: a.primary && b.primary });
  }
}

function itemsOf({ name, parts, unique, primary, type }: IndexItems): IndexItems {
  return { name, parts, unique, primary, type };
}

/** An index in words, for example ``UNIQUE (`a`, `b`(10))``. */
export function indexText(index: IndexItems): string {
  const parts = index.parts.map((part) => (part.length < 0 ? part.column : `${part.column}(${part.length})`));
  const kind = index.primary ? 'PRIMARY KEY' : index.unique ? 'UNIQUE KEY' : 'KEY';
  return `${kind} (${parts.join(', ')})${index.type === 1 ? '' : ` of type ${index.type}`}`;
}
