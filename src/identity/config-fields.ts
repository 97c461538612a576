import type { JsonValue } from '../core/wire/json-reader';

/** What a list names; null if it is missing or holds `*`, which means any. @throws LockstepError UNREADABLE_VALUE */
export function allOrSome<T>(value: JsonValue, parse: (text: string) => T): ReadonlySet<T> | null {
  if (!value.isPresent) return null;
  const texts = value.list((element) => element.text());
  if (texts.includes('*')) return null;
  return new Set(value.list((element) => element.parsed(parse)));
}
