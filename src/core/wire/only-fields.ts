import type { JsonValue } from './json-reader';

/** Refuse fields that nobody knows: a misspelt bound would otherwise bind nothing. @throws LockstepError UNREADABLE_VALUE */
export function onlyFields(value: JsonValue, known: readonly string[]): void {
  for (const name of value.names())
    if (!known.includes(name)) value.field(name).fail(`unknown; expected one of ${known.join(', ')}`);
}
