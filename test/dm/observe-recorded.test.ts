import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { formatLockId } from '../../src/core/model/lock-id';
import { JsonValue } from '../../src/core/wire/json-reader';
import { readVectorFile } from '../conformance/vector-file';
import { ObservedStore } from './observed-store';
import { PlayedOptimism } from './played-optimism';
import { PlayedPessimism } from './played-pessimism';

const VECTORS = join(__dirname, '..', 'conformance', 'vectors');

function scenariosOf(file: string): JsonValue[] {
  return readVectorFile(join(VECTORS, file)).map((line) => JsonValue.root(line, file));
}

/** What an observer says of one scenario: after how many steps, and where it wouldn't be as DM is. */
interface Seen {
  readonly steps: number;
  readonly difference: string | null;
}

/** Play a scenario's steps one by one; stop at the first after which `isSame` doesn't hold, or DM's answer differs. */
function watch(
  observed: ObservedStore,
  scenario: JsonValue,
  play: (step: JsonValue) => boolean,
  locks: (step: JsonValue) => readonly [seen: string, recorded: string],
): Seen {
  let steps = 0;
  for (const step of scenario.field('steps').list((each) => each)) {
    if (!play(step)) break;
    steps += 1;
    const [seen, recorded] = locks(step);
    if (seen !== recorded) return { steps, difference: `step ${steps}: locks ${seen} instead of ${recorded}` };
    const divergence = observed.events.find(({ kind }) => kind === 'Divergence');
    if (divergence !== undefined) return { steps, difference: `step ${steps}: ${JSON.stringify(divergence)}` };
  }
  // Nothing is owed, and nothing is kept of what has gone.
  expect({ owed: observed.state.outbox.size, leaving: [...observed.state.leaving].length }).toEqual({
    owed: 0,
    leaving: 0,
  });
  return { steps, difference: null };
}

function watchOptimism(scenario: JsonValue): Seen {
  const observed = new ObservedStore();
  const played = new PlayedOptimism(scenario);
  observed.write(played.begin());
  const { task, target } = played.writes;
  const lockId = formatLockId(task, target);
  return watch(
    observed,
    scenario,
    (step) => {
      const writes = played.play(step);
      if (writes !== null) for (const write of [writes.worker, ...writes.master]) observed.write(write);
      return writes !== null;
    },
    (step) => [
      String(observed.state.targets.get(lockId)?.lock != null),
      String(step.field('expect').field('lockExists').boolean()),
    ],
  );
}

function watchPessimism(scenario: JsonValue): Seen {
  const observed = new ObservedStore();
  const played = new PlayedPessimism(scenario);
  observed.write(played.begin());
  return watch(
    observed,
    scenario,
    (step) => {
      for (const write of played.play(step)) observed.write(write);
      return true;
    },
    (step) => [
      [...observed.state.pessimistic.locks.keys()].sort().join(),
      step.field('expect').field('locks').names().sort().join(),
    ],
  );
}

/** Scenarios in which DM's answer is one that ours differs from on purpose, with the number of the deviation. */
const DEVIATIONS: Readonly<Record<string, string>> = {
  'quirk-bit-default-lossy': '8',
  'quirk-uppercase-drop-then-lower-add': '6',
  'ddls-duplicates-other-way': 'P8',
  'ddls-aab-abb': 'P8',
  'diff-ddls-after-owner-done': 'P5',
  'unknown-source-first': 'P9',
  'unknown-source-second': 'P9',
  'done-unknown-lock': 'P11',
  'done-owner-with-skip-op': 'P11',
  'done-other-ddls': 'P11',
  'done-stale-op-of-previous-ddl': 'P11',
  'two-tables': 'P6',
  'names-table-case-differs': 'P6',
};

/** Steps of a cluster whose master is there all the time, and in which nobody acts by hand. */
function isPlain(scenario: JsonValue): boolean {
  const steps = scenario.field('steps').list((step) => step);
  return steps.every(
    (step) => (step.field('kind').is('info') || step.field('kind').is('done')) && !step.field('fed').is(false),
  );
}

describe('an observer of a cluster that does what the recordings say decides as DM does, lock for lock', () => {
  it.each([
    ['optimistic.curated.jsonl.gz', watchOptimism, 800],
    ['optimistic.random.jsonl.gz', watchOptimism, 4_400],
    ['pessimistic.curated.jsonl.gz', watchPessimism, 240],
  ] as const)('%s', (file, watchScenario, least) => {
    const scenarios = scenariosOf(file).filter((scenario) =>
      watchScenario === watchOptimism ? !scenario.field('checkpoint').boolean() : isPlain(scenario),
    );
    let steps = 0;
    for (const scenario of scenarios) {
      const name = scenario.field('name').text();
      const seen = watchScenario(scenario);
      steps += seen.steps;
      const isAllowed = DEVIATIONS[name] !== undefined;
      expect({ name, differs: seen.difference !== null, difference: isAllowed ? null : seen.difference }).toEqual({
        name,
        differs: isAllowed,
        difference: null,
      });
    }
    expect(steps).toBeGreaterThanOrEqual(least);
  });
});
