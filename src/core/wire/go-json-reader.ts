import type { JsonValue } from './json-reader';
import { wellFormed } from './utf8';

/**
 * A field of an object as Go's `encoding/json` finds it: by its name, else by its name without case; null and a missing
 * object have no fields.
 */
export function goField(object: JsonValue, name: string): JsonValue {
  if (!object.isPresent) return object;
  const field = object.field(name);
  if (field.isPresent) return field;
  const folded = name.toLowerCase();
  const other = object.names().findLast((candidate) => candidate !== name && candidate.toLowerCase() === folded);
  return other === undefined ? field : object.field(other);
}

/** A text as Go reads it: missing and null are empty, lone surrogates become U+FFFD. */
export function goText(value: JsonValue): string {
  return value.or('', (present) => wellFormed(present.text()));
}

/** A list of texts as Go reads it: missing and null are null, which isn't the empty list. */
export function goTexts(value: JsonValue): string[] | null {
  return value.nullable((list) => list.list(goText));
}

/** A boolean as Go reads it: missing and null are false. */
export function goBoolean(value: JsonValue): boolean {
  return value.or(false, (present) => present.boolean());
}
