import { isDeepStrictEqual } from 'node:util';
import { JsonValue } from '../../src/core/wire/json-reader';
import type { Disagreement, Judge, Judgement } from './judgement';
import { deviationOf, unnamedAfter } from './pessimistic-deviations';
import type { Field } from './pessimistic-deviations';
import { EMPTY_PICTURE, readPicture } from './pessimistic-recorded';
import type { LockPicture, Picture } from './pessimistic-recorded';
import { PessimisticReplay } from './pessimistic-replay';
import type { StepError, StepOutcome } from './pessimistic-replay';

/** Judges a pessimistic file: every scenario through the coordinator, step by step. */
export const judgePessimistic: Judge = (lines, judgement) => {
  for (const line of lines) {
    judgement.cases += 1;
    new ScenarioJudge(JsonValue.root(line, 'pessimistic scenario'), judgement).judge();
  }
};

class ScenarioJudge {
  private readonly name: string;
  private readonly taskSources: Map<string, readonly string[]>;
  private readonly replay: PessimisticReplay;
  private before: Picture = EMPTY_PICTURE;
  private hasMissed = false;
  private unnamedIn: ReadonlySet<string> = new Set();

  constructor(
    private readonly root: JsonValue,
    private readonly judgement: Judgement,
  ) {
    this.name = root.field('name').text();
    this.taskSources = root.field('taskSources').map((sources) => sources.list((source) => source.text()));
    this.replay = new PessimisticReplay(this.taskSources);
  }

  judge(): void {
    const steps = this.root.field('steps').list((step) => step);
    let isCut = false;
    for (const [index, step] of steps.entries()) {
      this.noteSources(step);
      isCut &&= !this.resumesAt(step);
      if (isCut) {
        this.replay.run(step);
        this.before = readPicture(step.field('expect'));
        this.judgement.addCut(1);
        continue;
      }
      const outcome = this.replay.run(step);
      const recorded = {
        step,
        kind: step.field('kind').text(),
        before: this.before,
        after: readPicture(step.field('expect')),
        taskSources: this.taskSources,
        unnamedIn: this.unnamedIn,
        hasMissed: this.hasMissed,
      };
      this.unnamedIn = unnamedAfter(recorded);
      const differing = this.excuseSilent(step, outcome, this.compare(index, step, recorded.after, outcome));
      this.before = recorded.after;
      if (differing.length === 0) {
        this.judgement.addAgreement();
        continue;
      }
      isCut = true;
      const deviation = deviationOf(recorded, fieldsOf(differing));
      if (deviation === null) return this.disagree(differing, steps.length - index);
      this.judgement.addDeviation(deviation);
      this.judgement.addCut(1);
    }
  }

  /** What a step says of the sources of its task, and of what the recorded coordinator sees. */
  private noteSources(step: JsonValue): void {
    const kind = step.field('kind').text();
    if (kind === 'addSource' || kind === 'removeSource') {
      this.taskSources.set(
        step.field('task').text(),
        step.field('taskSources').list((source) => source.text()),
      );
    }
    if (kind === 'restart') this.hasMissed = false;
    if (kind !== 'restart' && step.field('fed').is(false)) this.hasMissed = true;
  }

  private compare(index: number, step: JsonValue, after: Picture, outcome: StepOutcome): Disagreement[] {
    const { picture } = this.replay;
    const expect = step.field('expect');
    const pairs: [string, unknown, unknown][] = [
      ...(errorsAgree(expect.field('error'), outcome.error)
        ? []
        : [['error', readCode(expect.field('error')), outcome.error] satisfies [string, unknown, unknown]]),
      ...differences('locks', after.locks, this.withoutUnnamed(picture.locks, after.locks)),
      ...differences('infos', after.infos, picture.infos),
      ...differences('operations', after.operations, picture.operations),
    ];
    return pairs.map(([field, expected, actual]) => ({ case: this.name, step: index, field, expected, actual }));
  }

  /**
   * Deviation P9: our lock has a part for a source that reported without being named by the task. While nothing else
   * differs the scenario goes on.
   */
  private withoutUnnamed(locks: Picture['locks'], expected: Picture['locks']): Map<string, LockPicture> {
    return new Map(
      [...locks].map(([id, lock]) => {
        const hasReported = (source: string): boolean => lock.ready.get(source) === true;
        // One that is named later gets its recorded part only with its next info.
        const isNamed = (source: string): boolean =>
          this.taskSources.get(lock.task)?.includes(source) === true && !this.unnamedIn.has(id);
        const isShown = ([source]: [string, boolean]): boolean =>
          !hasReported(source) || isNamed(source) || expected.get(id)?.ready.has(source) === true;
        if ([...lock.ready].every(isShown)) return [id, lock];
        this.judgement.addDeviation('P9');
        return [
          id,
          { ...lock, ready: new Map([...lock.ready].filter(isShown)), done: new Map([...lock.done].filter(isShown)) },
        ];
      }),
    );
  }

  /**
   * Deviation P13: an unlock names the sources that didn't answer, where the recorded one says that all is well. Nothing but
   * the error differs, so the scenario goes on.
   */
  private excuseSilent(step: JsonValue, { action }: StepOutcome, differing: Disagreement[]): Disagreement[] {
    const result = action?.result;
    if (action?.input.kind !== 'unlock-pessimistic' || result?.failure?.code !== 'PART_OF_WORKERS_FAILED')
      return differing;
    const silent = result.workers.filter(({ failure }) => failure !== null).map(({ source }) => source);
    const others = differing.filter(({ field, expected }) => field !== 'error' || expected !== null);
    const answered = step.field('during').list((each) => each);
    const acks = step
      .field('expect')
      .field('during')
      .list((each) => each.field('ackPut').is(true) && each.field('op').field('exec').is(false));
    const isAnswered = answered.some(
      (each, index) => acks[index] === true && silent.some((source) => each.field('source').is(source)),
    );
    if (isAnswered || others.length === differing.length) return differing;
    this.judgement.addDeviation('P13');
    return others;
  }

  /** What follows a disagreement would only repeat it. */
  private disagree(differing: readonly Disagreement[], rest: number): void {
    this.judgement.addDisagreement(...differing);
    this.judgement.addCut(rest - 1);
  }

  /**
   * A restart rebuilds everything from the store. So what lies behind a deviation is cut up to the next restart: from there
   * on the coordinator continues what DM had stored, and is judged again.
   */
  private resumesAt(step: JsonValue): boolean {
    if (!step.field('kind').is('restart')) return false;
    this.replay.load(this.before);
    return true;
  }
}

/** DM's codes where its store is lost, or where it doesn't say. */
const STORE_CODES: readonly (number | 'none')[] = [42501, 38025, 'none'];

function errorsAgree(expected: JsonValue, actual: StepError): boolean {
  const code = readCode(expected);
  return actual === 'store' ? code !== null && STORE_CODES.includes(code) : code === actual;
}

/** The recorded code; `none`: an error without one; null: no error. */
function readCode(error: JsonValue): number | 'none' | null {
  return error.nullable((found) => found.field('code').or<number | 'none'>('none', (code) => code.integer()));
}

function differences<T>(
  field: string,
  expected: ReadonlyMap<string, T>,
  actual: ReadonlyMap<string, T>,
): [string, unknown, unknown][] {
  const keys = new Set([...expected.keys(), ...actual.keys()]);
  return [...keys]
    .filter((key) => !isDeepStrictEqual(expected.get(key), actual.get(key)))
    .map((key) => [`${field}: ${key}`, plain(expected.get(key)), plain(actual.get(key))]);
}

/** Which of the compared things differ. */
function fieldsOf(differing: readonly Disagreement[]): Set<Field> {
  const fields: readonly Field[] = ['error', 'locks', 'infos', 'operations'];
  return new Set(fields.filter((field) => differing.some((found) => found.field.startsWith(field))));
}

/** Maps as objects, for showing. */
function plain(value: unknown): unknown {
  if (value === undefined) return null;
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, part]) => [String(key), plain(part)]));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
}
