import type { SourceId } from '../model/names';
import type { Expectation, TaskRecord } from '../model/records';

/**
 * The task with a source whose registrant expects these sources; null: it doesn't know. What each has named last counts: the
 * sources of the task count as declared when all have named the same, and all of it is there. What an operator has declared
 * stays so.
 */
export function withRegistrant(task: TaskRecord, source: SourceId, named: readonly SourceId[] | null): TaskRecord {
  const sources = task.sources.includes(source) ? task.sources : [...task.sources, source];
  if (isOfOperator(task)) return { ...task, sources };
  const others = expectationsOf(task).map(({ named: theirs, by }) => ({
    named: theirs,
    by: by.filter((other) => other !== source),
  }));
  return withExpectations({ ...task, sources }, [{ named, by: [source] }, ...others]);
}

/** The task without these sources, which nobody expects any more. */
export function withoutSources(task: TaskRecord, left: ReadonlySet<SourceId>): TaskRecord {
  const stays = (source: SourceId): boolean => !left.has(source);
  const rest = { ...task, sources: task.sources.filter(stays), excluded: task.excluded.filter(stays) };
  if (isOfOperator(task)) return rest;
  const expectations = expectationsOf(task).map(({ named, by }) => ({
    named: named?.filter(stays) ?? null,
    by: by.filter(stays),
  }));
  return withExpectations(rest, expectations);
}

function isOfOperator({ declared, expected }: TaskRecord): boolean {
  return declared && expected === null;
}

/** What every registrant expects, those first who name what the record has as `expected`. */
function expectationsOf({ sources, expected, dissent }: TaskRecord): Expectation[] {
  const dissenting = new Set(dissent.flatMap(({ by }) => by));
  return [{ named: expected, by: sources.filter((source) => !dissenting.has(source)) }, ...dissent];
}

/** Of several sets that are named the first is the expected one. */
function withExpectations(task: TaskRecord, expectations: readonly Expectation[]): TaskRecord {
  const merged = merge(expectations);
  const first = merged.find(({ named }) => named !== null);
  const dissent = first === undefined ? [] : merged.filter((other) => other !== first);
  const expected = first?.named ?? null;
  const declared = expected !== null && dissent.length === 0 && isSame(expected, task.sources);
  return { ...task, expected, dissent, declared };
}

/** One for each set that is named, without those that nobody names. */
function merge(expectations: readonly Expectation[]): Expectation[] {
  const merged: Expectation[] = [];
  for (const { named, by } of expectations) {
    if (by.length === 0) continue;
    const place = merged.findIndex((other) => isSameSet(other.named, named));
    const known = merged[place];
    if (known === undefined) merged.push({ named, by });
    else merged[place] = { named: known.named, by: [...known.by, ...by] };
  }
  return merged;
}

function isSameSet(a: readonly SourceId[] | null, b: readonly SourceId[] | null): boolean {
  return a === null || b === null ? a === b : isSame(a, b);
}

function isSame(a: readonly SourceId[], b: readonly SourceId[]): boolean {
  return new Set([...a, ...b]).size === new Set(a).size && new Set(a).size === new Set(b).size;
}
