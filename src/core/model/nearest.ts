/**
 * What somebody probably meant who has mistyped a name: the candidate with the fewest letters to put, take away, change or
 * swap, at most a third of them; else the only one that the name begins. Null: none is near.
 */
export function nearest(name: string, candidates: readonly string[]): string | null {
  const typed = name.toLowerCase();
  const most = Math.max(1, Math.floor(typed.length / 3));
  const near = candidates
    .map((candidate) => ({ candidate, distance: distanceOf(typed, candidate.toLowerCase(), most) }))
    .filter(({ distance }) => distance <= most)
    .sort((a, b) => a.distance - b.distance);
  if (near[0] !== undefined) return near[0].candidate;
  const begun = candidates.filter((candidate) => candidate.toLowerCase().startsWith(typed));
  return begun.length === 1 ? (begun[0] ?? null) : null;
}

/** How many letters differ; some number beyond `most` if those are more. */
function distanceOf(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const next = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const isSame = a[row - 1] === b[column - 1];
      const changed = (last[column - 1] ?? 0) + (isSame ? 0 : 1);
      const isSwap = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const swapped = isSwap ? (before[column - 2] ?? 0) + 1 : Infinity;
      next.push(Math.min(changed, swapped, (last[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    [before, last] = [last, next];
  }
  return last[b.length] ?? 0;
}

/** The same as the end of a sentence: `; did you mean …?`, or nothing. */
export function meantText(name: string, candidates: readonly string[]): string {
  const meant = nearest(name, candidates);
  return meant === null ? '' : `; did you mean ${meant}?`;
}
