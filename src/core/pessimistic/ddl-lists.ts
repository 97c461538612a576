/**
 * Whether two lists hold the same DDLs, each as often, in whatever order (deviation P8: the reference looks only whether
 * each of the second list occurs in the first).
 */
export function sameDdls(a: readonly string[], b: readonly string[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  const left = new Map<string, number>();
  for (const ddl of a) left.set(ddl, (left.get(ddl) ?? 0) + 1);
  for (const ddl of b) {
    const count = left.get(ddl) ?? 0;
    if (count === 0) return false;
    left.set(ddl, count - 1);
  }
  return true;
}
