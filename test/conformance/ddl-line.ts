/** Readers of recorded lines: a line of another form is a broken file, which throws. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('not a record');
  return Object.fromEntries(Object.entries(value));
}

export function asArray(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError('not an array');
  return value;
}

export function asString(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('not a string');
  return value;
}
