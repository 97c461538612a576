/** Something with a name by which lists of it are sorted. */
interface Named {
  readonly name: string;
}

/**
 * Merge two lists sorted by name: `both` makes one entry of two of the same name, `one` of an entry whose name only one
 * list has; null leaves it out. Returns `a` or `b` itself where the result has exactly its entries, so that equal lists
 * stay the same object. `both` may be called twice for an entry and must give the same.
 */
export function mergeByName<T extends Named>(
  a: readonly T[],
  b: readonly T[],
  both: (a: T, b: T) => T | null,
  one: (entry: T) => T | null,
): readonly T[] {
  if (a === b) return a;
  return mergeSameNames(a, b, both) ?? mergeAny(a, b, both, one);
}

/** The usual case, where both lists have the same names, without copying what agrees; null: they haven't. */
function mergeSameNames<T extends Named>(
  a: readonly T[],
  b: readonly T[],
  both: (a: T, b: T) => T | null,
): readonly T[] | null {
  if (a.length !== b.length) return null;
  // As long as it is null, everything so far is as in `same`, and in `other` too while `other` isn't null.
  let result: T[] | null = null;
  let same = a;
  let other: readonly T[] | null = b;
  for (let at = 0; at < a.length; at++) {
    const left = a[at];
    const right = b[at];
    if (left === undefined || right === undefined) return null;
    if (left !== right && left.name !== right.name) return null;
    const entry = left === right ? left : both(left, right);
    if (entry === null) return null;
    if (result !== null) result.push(entry);
    else if (entry === same[at]) {
      if (entry !== other?.[at]) other = null;
    } else if (entry === other?.[at]) {
      same = other;
      other = null;
    } else {
      result = same.slice(0, at);
      result.push(entry);
    }
  }
  return result ?? same;
}

function mergeAny<T extends Named>(
  a: readonly T[],
  b: readonly T[],
  both: (a: T, b: T) => T | null,
  one: (entry: T) => T | null,
): readonly T[] {
  const result: T[] = [];
  let differingFromA = 0;
  let differingFromB = 0;
  const take = (entry: T | null, left: T | null, right: T | null): void => {
    if (entry !== left) differingFromA += 1;
    if (entry !== right) differingFromB += 1;
    if (entry !== null) result.push(entry);
  };
  visitByName(a, b, (left, right) => {
    if (left !== null && right !== null) take(both(left, right), left, right);
    else if (left !== null) take(one(left), left, null);
    else if (right !== null) take(one(right), null, right);
  });
  if (differingFromA === 0) return a;
  return differingFromB === 0 ? b : result;
}

/** Visit the entries of two lists sorted by name, those of one name together; null where a list lacks the name. */
export function visitByName<T extends Named>(
  a: readonly T[],
  b: readonly T[],
  visit: (a: T | null, b: T | null) => void,
): void {
  let atA = 0;
  let atB = 0;
  for (;;) {
    const left = a[atA] ?? null;
    const right = b[atB] ?? null;
    if (left === null && right === null) return;
    const takesLeft = left !== null && (right === null || left.name <= right.name);
    const takesRight = right !== null && (left === null || right.name <= left.name);
    if (takesLeft) atA += 1;
    if (takesRight) atB += 1;
    visit(takesLeft ? left : null, takesRight ? right : null);
  }
}
