import { parseStatement, printStatement, routeStatement, splitStatement } from '../../ddl';
import { LockstepError } from '../../model/error';
import type { ConflictStage } from '../../model/conflict-stage';
import type { DownstreamTable, UpstreamTable } from '../../model/names';
import type { Incompatible } from '../../table/ordering';
import type { Shape } from '../../table/shape';
import { ddlsText, tableText } from '../words';

/** A statement that an upstream table meets. */
export interface RolloutStep {
  readonly table: UpstreamTable;
  /** As it is run upstream. */
  readonly ddl: string;
}

/** What one statement of a rollout comes to. */
export interface ExplainedStep extends RolloutStep {
  /** What its worker reports: one change each, naming the downstream table. Empty: it reports nothing. */
  readonly reported: readonly string[];
  /** Whether the table runs it again after a redirect. */
  readonly replayed: boolean;
  /** Null in pessimistic mode, or if it isn't reported. */
  readonly stage: ConflictStage | null;
  /** What the downstream executes because of it. */
  readonly executed: readonly string[];
  /** The joined schema afterwards, or why the schemas don't join; null in pessimistic mode. */
  readonly joined: Shape | Incompatible | null;
  /** Whether the lock ends with it. */
  readonly resolved: boolean;
  readonly sentence: string;
}

/** What a worker of `table` reports when that meets `ddl`. @throws LockstepError DDL_SYNTAX, DDL_UNSUPPORTED, INVALID_INPUT */
export function reportedDdls({ table, ddl }: RolloutStep, target: DownstreamTable): string[] {
  const pieces = splitStatement(parseStatement(ddl), table.schema);
  if (pieces.length === 0) {
    throw new LockstepError('DDL_UNSUPPORTED', `this statement is not coordinated: ${ddlsText([ddl])}`, { ddl });
  }
  return pieces.map((piece) => {
    const [name] = piece.tables;
    if (name === undefined || piece.tables.length !== 1) {
      throw new LockstepError('DDL_UNSUPPORTED', `this statement is not coordinated: ${ddlsText([ddl])}`, { ddl });
    }
    const [schema, table_] = name;
    const isOwn = schema === table.schema && table_ === table.table;
    if (!isOwn && (schema !== target.schema || table_ !== target.table)) {
      const message = `the statement is neither about ${tableText(table)} nor about its target: ${ddlsText([ddl])}`;
      throw new LockstepError('INVALID_INPUT', message, { field: 'steps' });
    }
    return printStatement(routeStatement(piece, [[target.schema, target.table]]));
  });
}
