import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseSourceId, parseTaskName } from '../../src/core/model/names';
import type { KeyValue, Mutation } from '../../src/core/model/store';
import { recover } from '../../src/core/state/recovery';
import { dmPrefix, formatDmKey } from '../../src/core/wire/dm-keys';
import { JsonValue } from '../../src/core/wire/json-reader';
import { decodeOptimisticOperation, encodeOptimisticOperation } from '../../src/core/wire/optimistic-operation';
import { decodePessimisticOperation, encodePessimisticOperation } from '../../src/core/wire/pessimistic-operation';
import { tableOf } from '../conformance/recorded-steps';
import { readVectorFile } from '../conformance/vector-file';
import { SimulatedCoordinator } from '../support/simulated-coordinator';
import { SimulatedStore } from '../support/simulated-store';
import { PlayedOptimism } from './played-optimism';
import { PlayedPessimism } from './played-pessimism';

const VECTORS = join(__dirname, '..', 'conformance', 'vectors');

/** Rounds after which workers that still find something to do would never end. */
const ROUNDS = 20;

/** Recorded rollouts that DM has brought to their end without a person. */
function endedRollouts(file: string): { readonly scenario: JsonValue; readonly steps: readonly JsonValue[] }[] {
  return readVectorFile(join(VECTORS, file)).flatMap((line) => {
    const scenario = JsonValue.root(line, file);
    const steps = scenario.field('steps').list((step) => step);
    const isPlain = steps.every((step) => step.field('kind').is('info') || step.field('kind').is('done'));
    const hasEnded = steps.at(-1)?.field('expect').field('lockExists').is(false) === true;
    return isPlain && hasEnded && !scenario.field('checkpoint').boolean() ? [{ scenario, steps }] : [];
  });
}

/** A rollout of which DM's master did the first part and ours does the rest, with workers that go on as recorded. */
class ContinuedRollout {
  readonly store = new SimulatedStore();
  readonly #played: PlayedOptimism;
  readonly #coordinator: SimulatedCoordinator;
  /** The last report of each table, by its operation's key. */
  readonly #reports = new Map<string, Mutation>();

  constructor(
    scenario: JsonValue,
    private readonly steps: readonly JsonValue[],
    private readonly cut: number,
  ) {
    this.#played = new PlayedOptimism(scenario);
    this.store.transact([], this.#played.begin());
    for (const step of steps.slice(0, cut)) {
      const written = this.#played.play(step);
      for (const each of written === null ? [] : [written.worker, ...written.master]) this.store.transact([], each);
      if (step.field('kind').is('info')) this.#note(step);
    }
    this.#coordinator = new SimulatedCoordinator(this.store, { recover });
    this.#coordinator.lead();
    this.#coordinator.catchUp();
  }

  run(): void {
    for (const step of this.steps.slice(this.cut)) {
      const key = this.#played.writes.operationKey(tableOf(step));
      if (step.field('kind').is('info')) this.#coordinator.change([this.#note(step)]);
      else this.#acknowledge(this.store.get(key));
    }
    for (let round = 0; round < ROUNDS; round += 1) this.#obey();
  }

  /** What is left of locks in the store, and in the state. */
  get left(): readonly string[] {
    const kinds = ['optimistic-info', 'dropped-column'] as const;
    const stored = kinds.flatMap((kind) => this.store.range(dmPrefix(kind)).map(({ key }) => key));
    const locks = [...this.#coordinator.state.targets.values()].filter(({ lock }) => lock !== null);
    return [...stored, ...locks.map(({ lockId }) => lockId)];
  }

  /** Operations that ours has put and a dm-master would have written otherwise, byte for byte: none, so it could go on. */
  get foreign(): readonly string[] {
    const operations = this.store.range(dmPrefix('optimistic-operation'));
    return operations
      .filter(({ value }) => encodeOptimisticOperation(decodeOptimisticOperation(value)) !== value)
      .map(({ key }) => key);
  }

  #note(step: JsonValue): Mutation {
    const put = this.#played.writes.infoPut(step);
    this.#reports.set(this.#played.writes.operationKey(tableOf(step)), put);
    return put;
  }

  /** Each worker carries out what it is told; one that is redirected reports again what it skipped. */
  #obey(): void {
    for (const told of this.store.range(dmPrefix('optimistic-operation'))) {
      const { stage, done } = decodeOptimisticOperation(told.value);
      if (done || (stage !== 'none' && stage !== 'resolved')) continue;
      const report = this.#reports.get(told.key);
      // A redirect isn't acknowledged: its worker goes back, and reports again.
      if (stage === 'none') this.#acknowledge(told);
      else if (report !== undefined) this.#coordinator.change([report]);
    }
  }

  #acknowledge(told: KeyValue | null): void {
    if (told === null) return;
    const value = encodeOptimisticOperation({ ...decodeOptimisticOperation(told.value), done: true });
    this.#coordinator.change([{ kind: 'put', key: told.key, value }]);
  }
}

/** Rollouts that don't end so, and why. */
const OTHERWISE: Readonly<Record<string, string>> = {
  'quirk-bit-default-lossy': 'deviation 8',
  'info-before-source-tables': 'an info of a table that nobody lists any more is left alone',
  'info-before-source-tables-first': 'an info of a table that nobody lists any more is left alone',
  'conflict-two-groups': 'decided anew from the last infos alone, as a dm-master that starts does',
};

describe('a store that a dm-master wrote is continued by ours to the end of the rollout, wherever it stopped', () => {
  it.each([
    ['optimistic.curated.jsonl.gz', 2, 230],
    ['optimistic.random.jsonl.gz', 4, 50],
  ])('%s', (file, every, least) => {
    let cuts = 0;
    for (const { scenario, steps } of endedRollouts(file)) {
      const name = scenario.field('name').text();
      for (let cut = 1; cut < steps.length; cut += every) {
        const rollout = new ContinuedRollout(scenario, steps, cut);
        rollout.run();
        cuts += 1;
        const left = OTHERWISE[name] === undefined ? rollout.left : [];
        expect({ name, cut, left, foreign: rollout.foreign }).toEqual({ name, cut, left: [], foreign: [] });
      }
    }
    expect(cuts).toBeGreaterThanOrEqual(least);
  });
});

describe('a pessimistic rollout of which a dm-master did the first part', () => {
  it('is brought to its end by ours, wherever it stopped', () => {
    let cuts = 0;
    for (const name of ['normal-1', 'normal-3', 'normal-5']) {
      const line = readVectorFile(join(VECTORS, 'pessimistic.curated.jsonl.gz')).find((each) =>
        JsonValue.root(each, name).field('name').is(name),
      );
      if (line === undefined) continue;
      const scenario = JsonValue.root(line, name);
      const steps = scenario.field('steps').list((step) => step);
      for (let cut = 1; cut < steps.length; cut += 1) {
        const left = continueBarrier(scenario, steps, cut);
        cuts += 1;
        expect({ name, cut, left }).toEqual({ name, cut, left: [] });
      }
    }
    expect(cuts).toBeGreaterThanOrEqual(20);
  });
});

/** What is left in the store when workers go on as recorded behind the first `cut` steps, with a master of ours. */
function continueBarrier(scenario: JsonValue, steps: readonly JsonValue[], cut: number): readonly string[] {
  const store = new SimulatedStore();
  const played = new PlayedPessimism(scenario);
  store.transact([], played.begin());
  for (const step of steps.slice(0, cut)) for (const each of played.play(step)) store.transact([], each);
  const coordinator = new SimulatedCoordinator(store, { recover });
  coordinator.lead();
  coordinator.catchUp();
  for (const step of steps.slice(cut)) {
    const [report] = played.play(step);
    if (step.field('kind').is('info')) coordinator.change(report ?? []);
    else acknowledgeAll(store, coordinator);
  }
  acknowledgeAll(store, coordinator);
  acknowledgeAll(store, coordinator);
  return [...store.range(dmPrefix('pessimistic-info')), ...store.range(dmPrefix('pessimistic-operation'))].map(
    ({ key }) => key,
  );
}

/** Every worker carries out what it is told, once. */
function acknowledgeAll(store: SimulatedStore, coordinator: SimulatedCoordinator): void {
  for (const { key, value } of store.range(dmPrefix('pessimistic-operation'))) {
    const operation = decodePessimisticOperation(value);
    if (operation.done) continue;
    const task = parseTaskName(operation.task);
    const source = parseSourceId(operation.source);
    coordinator.change([
      { kind: 'put', key, value: encodePessimisticOperation({ ...operation, done: true }) },
      { kind: 'delete', key: formatDmKey({ kind: 'pessimistic-info', task, source }) },
    ]);
  }
}
