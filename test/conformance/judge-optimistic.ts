import { isDeepStrictEqual } from 'node:util';
import { ErrorCatalogue } from '../../src/core/model/error-catalogue';
import { ContentCache } from '../../src/core/state/content-cache';
import { Shapes } from '../../src/core/table/shapes';
import { JsonValue } from '../../src/core/wire/json-reader';
import { readTableInfo } from '../../src/core/wire/table-info';
import type { DmOptimisticOperation } from '../../src/core/wire/optimistic-operation';
import type { Disagreement, Judge, Judgement } from './judgement';
import { actualPicture, nameOf, recordedPicture } from './optimistic-picture';
import type { LockPicture } from './optimistic-picture';
import { OptimisticReplay } from './optimistic-replay';
import type { StepOutcome } from './optimistic-replay';
import { recordedOperation, tableOf } from './recorded-steps';
import { headOf } from './recorded-writes';
import { checkSqlRoad } from './sql-road';
import { hasDamagedDefault, hasOddKeyFlags } from './table-vectors';

/** Judges an optimistic file: every scenario through the coordinator, and its schemas on the SQL road. */
export const judgeOptimistic: Judge = (lines, judgement) => {
  for (const line of lines) {
    judgement.cases += 1;
    new ScenarioJudge(line, judgement).judge();
  }
};

/** The fields that a lock's picture and an answer have, by name. */
type Fields = Readonly<Record<string, unknown>>;

/** After an accepted `unlock exec` these may differ until they agree again (deviation 1). */
const AFTER_UNLOCK = ['finalTables', 'ready', 'remain', 'synced'] as const;

class ScenarioJudge {
  private readonly root: JsonValue;
  private readonly name: string;
  private readonly canons: readonly string[];
  private readonly replay: OptimisticReplay;
  private readonly road: readonly Disagreement[];
  /** Deviations that hold for the whole scenario, by the predicates of the conformance README. */
  private readonly always: readonly string[];
  private restarted = false;
  /** Whether an accepted `unlock exec` still shows. */
  private unlocked = false;

  constructor(
    line: unknown,
    private readonly judgement: Judgement,
  ) {
    this.root = JsonValue.root(line, 'optimistic scenario');
    this.name = this.root.field('name').text();
    this.canons = this.root.field('canons').list((canon) => canon.text());
    const tableInfos = this.root.field('schemas').list((schema) => schema.field('tableInfo').json());
    const ddls = this.root
      .field('steps')
      .list((step) => step.field('ddls').or([], (list) => list.list((ddl) => ddl.text())));
    this.always = deviationsOfScenario(tableInfos, ddls.flat());
    this.road = checkSqlRoad(line);
    this.replay = new OptimisticReplay({
      ...headOf(this.root),
      checkpoint: this.root.field('checkpoint').boolean(),
    });
    const tables = this.root.field('tables').list((table) => table);
    for (const table of tables.filter((each) => each.field('present').boolean())) this.replay.addTable(table);
  }

  judge(): void {
    const steps = this.root.field('steps').list((step) => step);
    for (const [index, step] of steps.entries()) {
      const differing = [
        ...this.judgeStep(index, step),
        ...this.road.filter((found) => Math.max(found.step, 0) === index),
      ];
      if (differing.length === 0) {
        this.judgement.addAgreement();
        continue;
      }
      const deviation = this.deviationOf(step);
      if (deviation === null) {
        this.judgement.addDisagreement(...differing);
        // What follows would only repeat the difference.
        return this.judgement.addCut(steps.length - index - 1);
      }
      this.judgement.addDeviation(deviation);
      return this.judgement.addCut(steps.length - index);
    }
  }

  private judgeStep(index: number, step: JsonValue): Disagreement[] {
    const existed = this.replay.lockTarget?.lock != null;
    const kind = step.field('kind').text();
    this.restarted ||= kind === 'restart';
    const outcome = this.replay.run(step);
    const expect = step.field('expect');
    const picture = actualPicture(this.replay);
    const removed = existed && !picture.lockExists;
    const actual: Fields = {
      ...withRemoval(picture, removed),
      ...answerFields(kind, outcome, step, this.replay),
      lockRemoved: removed,
    };
    const expected: Fields = {
      ...withRemoval(recordedPicture(expect, this.canons), expect.field('lockRemoved').boolean()),
      ...recordedFields(kind, expect),
      lockRemoved: expect.field('lockRemoved').boolean(),
    };
    if (
      kind === 'unlock' &&
      outcome.action?.result?.failure === null &&
      step.field('action').is('exec') &&
      picture.lockExists
    ) {
      this.unlocked = true;
    }
    const differing = Object.keys(expected).filter((field) => !isDeepStrictEqual(expected[field], actual[field]));
    return this.excuseUnlocked(differing).map((field) => ({
      case: this.name,
      step: index,
      field,
      expected: expected[field],
      actual: actual[field],
    }));
  }

  /** Deviation 1: until they agree again, what the unlock's final schema shows in isn't compared. */
  private excuseUnlocked(differing: readonly string[]): string[] {
    if (!this.unlocked) return [...differing];
    const excused = differing.filter((field) => AFTER_UNLOCK.some((other) => other === field));
    if (excused.length === 0) this.unlocked = false;
    else this.judgement.addDeviation('1');
    return differing.filter((field) => !excused.includes(field));
  }

  /** The number of the deviation whose predicate holds at this step; null: none. */
  private deviationOf(step: JsonValue): string | null {
    const kind = step.field('kind').text();
    if (kind === 'restart') return '5';
    if (this.unlocked) return '1';
    if (kind === 'removeTable' || kind === 'removeSources') return '4';
    if (kind === 'info' && step.field('expect').field('lockRemoved').boolean()) return '4';
    return this.always[0] ?? (this.restarted ? '5' : null);
  }
}

function deviationsOfScenario(tableInfos: readonly string[], ddls: readonly string[]): string[] {
  const shapes = new Shapes();
  const schemas = tableInfos.map((text) => readTableInfo(text));
  const found: string[] = [];
  if (schemas.some((schema) => hasDamagedDefault(schema))) found.push('8');
  if (schemas.some((schema) => hasOddKeyFlags(shapes.intern(schema)))) found.push('7');
  const caches = new ContentCache();
  const changed = ddls.flatMap((ddl) => {
    const change = caches.columnChangeOf(ddl);
    return change === null || change.kind === 'unreadable' ? [] : [change.column];
  });
  const names = new Set([...schemas.flatMap((schema) => schema.columns.map((column) => column.name)), ...changed]);
  if (new Set([...names].map((name) => name.toLowerCase())).size < names.size) found.push('6');
  return found;
}

/** A lock that was just removed counts as resolved. */
function withRemoval(picture: LockPicture, removed: boolean): Fields {
  return { ...picture, resolved: removed ? true : picture.resolved };
}

type Operation = Omit<DmOptimisticOperation, 'id' | 'task' | 'message'>;

function operationFields({ source, upSchema, upTable, ddls, stage, done, columns }: DmOptimisticOperation): Operation {
  return { source, upSchema, upTable, ddls, stage, done, columns };
}

function sorted(operations: readonly DmOptimisticOperation[]): Operation[] {
  return operations.map(operationFields).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function keyOf({ source, upSchema, upTable }: Operation): string {
  return [source, upSchema, upTable].join('/');
}

function answerFields(kind: string, outcome: StepOutcome, step: JsonValue, replay: OptimisticReplay): Fields {
  const operationsDeleted = sorted(outcome.deleted).map(keyOf);
  if (kind !== 'info') {
    const failure = outcome.action?.result?.failure ?? null;
    return {
      operationsDeleted,
      operationsPut: sorted(outcome.put),
      unlockError: failure === null ? null : ErrorCatalogue[failure.code].dmCode,
    };
  }
  const name = nameOf(tableOf(step));
  const isOwn = (operation: DmOptimisticOperation): boolean => keyOf(operation) === name;
  const own = outcome.put.filter(isOwn).map(operationFields)[0] ?? null;
  const conflict = outcome.events.find((event) => event.kind === 'ConflictDetected');
  return {
    operationsDeleted,
    operation: own,
    redirects: sorted(outcome.put.filter((operation) => !isOwn(operation))),
    ddls: own?.ddls ?? null,
    cols: own?.columns ?? null,
    conflictStage: own?.stage ?? null,
    error: conflict === undefined ? null : ErrorCatalogue[conflict.code].dmCode,
    infoVersion: replay.entryOf(tableOf(step))?.infoVersion ?? null,
  };
}

/** The fields of the recorded answer that are known; those of `answerFields`. */
function recordedFields(kind: string, expect: JsonValue): Fields {
  const operations = (name: string): DmOptimisticOperation[] =>
    expect.field(name).or([], (list) => list.list(recordedOperation));
  const operationsDeleted = expect
    .field('operationsDeleted')
    .or([], (list) => list.list((table) => nameOf(tableOf(table))))
    .sort();
  const code = (name: string): number | null => expect.field(name).nullable((error) => error.field('code').count());
  if (kind === 'restart') return { operationsDeleted };
  if (kind !== 'info')
    return {
      operationsDeleted,
      operationsPut: sorted(operations('operationsPut')),
      ...(kind === 'unlock' ? { unlockError: code('unlockError') } : {}),
    };
  const operation = expect.field('operation').nullable(recordedOperation);
  const texts = (name: string): Fields =>
    expect.field(name).nullable((list) => ({ [name]: list.list((text) => text.text()) })) ?? {};
  return {
    operationsDeleted,
    operation: operation === null ? null : operationFields(operation),
    redirects: sorted(operations('redirects')),
    ...texts('ddls'),
    ...texts('cols'),
    conflictStage: operation === null ? null : operation.stage,
    error: code('error'),
    infoVersion: expect.field('infoVersion').count(),
  };
}
