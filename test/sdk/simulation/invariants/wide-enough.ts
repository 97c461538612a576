import { parseStatement } from '../../../../src/core/ddl';
import { applyStatement, buildTable } from '../../../../src/core/ddl/tracker';
import { LockstepError } from '../../../../src/core/model/error';
import { isBlockingStage } from '../../../../src/core/model/conflict-stage';
import type { CoordinatorState } from '../../../../src/core/state/coordinator-state';
import type { TableEntry, Target } from '../../../../src/core/state/table-entry';
import { canonicalText } from '../../../conformance/canonical-text';
import { compare } from '../../../../src/core/table/compare';
import { isShape } from '../../../../src/core/table/shape';
import type { Shapes } from '../../../../src/core/table/shapes';
import type { TableSchema } from '../../../../src/core/table/table-schema';
import { dmKeyKind } from '../../../../src/core/wire/dm-keys';
import { readOptimisticOperation } from '../../../../src/core/wire/optimistic-operation';
import type { Invariant, Step } from './invariant';
import { putsOf } from './invariant';
import { ReadingAgain } from './reading-again';

/** The DDLs ordered so far make the downstream accept the rows of every shard that hasn't been told to wait. */
export class WideEnough implements Invariant {
  readonly name = 'the downstream accepts the rows of every shard';
  readonly #readingAgain = new ReadingAgain();
  #downstream: TableSchema;

  /** @param createTable of the downstream table, as it is at first */
  constructor(createTable: string) {
    const statement = parseStatement(createTable);
    if (statement.kind !== 'create-table') throw new Error(`not a CREATE TABLE: ${createTable}`);
    this.#downstream = buildTable(statement);
  }

  after(step: Step): string[] {
    const { batch, state } = step;
    this.#readingAgain.after(step);
    const operations = putsOf(batch)
      .filter(({ key }) => dmKeyKind(key) === 'optimistic-operation')
      .map(({ key, value }) => readOptimisticOperation(value, key));
    for (const { done, ddls } of operations)
      if (!done) for (const ddl of ddls ?? []) this.#execute(ddl, state.caches.shapes);
    return [...state.targets.values()].flatMap((target) => this.#narrow(state, target));
  }

  #execute(ddl: string, shapes: Shapes): void {
    try {
      const executed = applyStatement(this.#downstream, parseStatement(ddl));
      // A shard that is behind is ordered, as by DM, to widen a column as the others did long ago.
      const isWideAlready = compare(shapes.intern(executed), shapes.intern(this.#downstream)) === 'less';
      if (!isWideAlready || !ddl.includes(' MODIFY COLUMN ')) this.#downstream = executed;
    } catch (error) {
      // What was executed for another shard before is refused, as by a database.
      if (!(error instanceof LockstepError)) throw error;
    }
  }

  #narrow(state: CoordinatorState, { tables, lock }: Target): string[] {
    // What is decided but not ordered yet is of no revision that has an answer.
    const isSettled = [...tables].every(({ isAnswered, key }) => isAnswered && !state.redirecting.has(key));
    if (lock === null || !isSettled) return [];
    // Where a person has released what contradicts, no table accepts the rows of all until the shards agree again.
    if (!isShape(lock.lock.schemas.normals.joined())) return [];
    const downstream = state.caches.shapes.intern(this.#downstream);
    return [...tables].filter(isGoingOn).flatMap(({ key, member }) => {
      if (member === null || this.#readingAgain.has(key)) return [];
      const ordering = compare(downstream, member.normal);
      if (ordering === 'greater' || ordering === 'equal') return [];
      return [`${ordering}: downstream ${canonicalText(downstream)}, ${key} ${canonicalText(member.normal)}`];
    });
  }
}

function isGoingOn({ member, operation }: TableEntry): boolean {
  return member?.conflict === null && !(operation !== null && isBlockingStage(operation.stage));
}
