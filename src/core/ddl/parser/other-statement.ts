import type { OtherStatement } from '../ast';
import type { Cursor } from './cursor';

/** DM's names of statements by their first words; the longest match wins. `+` marks a DDL. */
const Kinds: Readonly<Record<string, string>> = {
  'ALTER EVENT': 'AlterEventStmt',
  'ALTER FUNCTION': 'AlterFunctionStmt',
  'ALTER INSTANCE': 'AlterInstanceStmt',
  'ALTER PLACEMENT': '+AlterPlacementPolicyStmt',
  'ALTER PROCEDURE': 'AlterProcedureStmt',
  'ALTER RESOURCE': '+AlterResourceGroupStmt',
  'ALTER SEQUENCE': '+AlterSequenceStmt',
  'ALTER SERVER': 'AlterServerStmt',
  'ALTER TABLESPACE': 'AlterTablespaceStmt',
  'ALTER USER': 'AlterUserStmt',
  'ALTER VIEW': '+AlterViewStmt',
  ANALYZE: 'AnalyzeTableStmt',
  BACKUP: 'BRIEStmt',
  BEGIN: 'BeginStmt',
  BINLOG: 'BinlogStmt',
  CALL: 'CallStmt',
  CHANGE: 'ChangeStmt',
  CHECK: 'CheckTableStmt',
  CHECKSUM: 'ChecksumTableStmt',
  COMMIT: 'CommitStmt',
  'CREATE BINDING': 'CreateBindingStmt',
  'CREATE EVENT': 'CreateEventStmt',
  'CREATE FUNCTION': 'CreateFunctionStmt',
  'CREATE PLACEMENT': '+CreatePlacementPolicyStmt',
  'CREATE PROCEDURE': 'ProcedureInfo',
  'CREATE RESOURCE': '+CreateResourceGroupStmt',
  'CREATE ROLE': 'CreateUserStmt',
  'CREATE SEQUENCE': '+CreateSequenceStmt',
  'CREATE SERVER': 'CreateServerStmt',
  'CREATE TABLESPACE': 'CreateTablespaceStmt',
  'CREATE TRIGGER': 'CreateTriggerStmt',
  'CREATE USER': 'CreateUserStmt',
  'CREATE VIEW': '+CreateViewStmt',
  DEALLOCATE: 'DeallocateStmt',
  DELETE: 'DeleteStmt',
  DESC: 'ExplainStmt',
  DESCRIBE: 'ExplainStmt',
  DO: 'DoStmt',
  'DROP BINDING': 'DropBindingStmt',
  'DROP EVENT': 'DropEventStmt',
  'DROP FUNCTION': 'DropFunctionStmt',
  'DROP PLACEMENT': '+DropPlacementPolicyStmt',
  'DROP PREPARE': 'DeallocateStmt',
  'DROP PROCEDURE': 'DropProcedureStmt',
  'DROP RESOURCE': '+DropResourceGroupStmt',
  'DROP ROLE': 'DropUserStmt',
  'DROP SEQUENCE': '+DropSequenceStmt',
  'DROP SERVER': 'DropServerStmt',
  'DROP STATS': 'DropStatsStmt',
  'DROP TABLESPACE': 'DropTablespaceStmt',
  'DROP TRIGGER': 'DropTriggerStmt',
  'DROP USER': 'DropUserStmt',
  EXECUTE: 'ExecuteStmt',
  EXPLAIN: 'ExplainStmt',
  'FLASHBACK DATABASE': '+FlashBackDatabaseStmt',
  FLASHBACK: '+FlashBackTableStmt',
  FLUSH: 'FlushStmt',
  GRANT: 'GrantStmt',
  HANDLER: 'HandlerStmt',
  HELP: 'HelpStmt',
  IMPORT: 'ImportIntoStmt',
  INSERT: 'InsertStmt',
  INSTALL: 'InstallStmt',
  KILL: 'KillStmt',
  LOAD: 'LoadDataStmt',
  LOCK: 'LockTablesStmt',
  OPTIMIZE: '+OptimizeTableStmt',
  PREPARE: 'PrepareStmt',
  PURGE: 'PurgeStmt',
  RECOVER: '+RecoverTableStmt',
  RELEASE: 'ReleaseSavepointStmt',
  'RENAME USER': 'RenameUserStmt',
  REPAIR: 'RepairTableStmt',
  REPLACE: 'InsertStmt',
  RESET: 'ResetStmt',
  REVOKE: 'RevokeStmt',
  ROLLBACK: 'RollbackStmt',
  SAVEPOINT: 'SavepointStmt',
  SELECT: 'SelectStmt',
  SET: 'SetStmt',
  'SET PASSWORD': 'SetPwdStmt',
  'SET ROLE': 'SetRoleStmt',
  SHOW: 'ShowStmt',
  SHUTDOWN: 'ShutdownStmt',
  SPLIT: 'SplitRegionStmt',
  'START TRANSACTION': 'BeginStmt',
  START: 'StartStmt',
  STOP: 'StopStmt',
  TABLE: 'SelectStmt',
  TRACE: 'TraceStmt',
  UNINSTALL: 'UninstallStmt',
  UNLOCK: 'UnlockTablesStmt',
  UPDATE: 'UpdateStmt',
  USE: 'UseStmt',
  VALUES: 'SelectStmt',
  WITH: 'SelectStmt',
  XA: 'XAStmt',
};

/** Kinds whose text may hold further statements, so that a semicolon doesn't end them. */
const Compound: ReadonlySet<string> = new Set([
  'ProcedureInfo',
  'CreateTriggerStmt',
  'CreateEventStmt',
  'CreateFunctionStmt',
  'AlterEventStmt',
]);

/** A statement that isn't parsed beyond its kind, with its text read over. Errors: `DDL_SYNTAX` if it is of no kind. */
export function parseOtherStatement(cursor: Cursor): OtherStatement {
  const first = cursor.token.kind === 'word' ? cursor.token.upper : '';
  const kind = first in NounVerbs ? findNoun(cursor, first) : lookUp(first, cursor.peek(1).upper);
  if (kind === undefined) return cursor.fail('a statement');
  const name = kind.startsWith('+') ? kind.slice(1) : kind;
  skipStatement(cursor, Compound.has(name));
  return { kind: 'other', name, isDDL: kind.startsWith('+') };
}

/** Verbs whose noun may stand behind attributes (`CREATE DEFINER = … SQL SECURITY INVOKER VIEW v`). */
const NounVerbs = { CREATE: true, ALTER: true, DROP: true };

/** How many tokens of attributes may stand before the noun. */
const AttributeLimit = 24;

function lookUp(first: string, second: string): string | undefined {
  return find(`${first} ${second}`) ?? find(first);
}

function find(words: string): string | undefined {
  return Object.hasOwn(Kinds, words) ? Kinds[words] : undefined;
}

function findNoun(cursor: Cursor, verb: string): string | undefined {
  for (let distance = 1; distance <= AttributeLimit; distance += 1) {
    const kind = find(`${verb} ${cursor.peek(distance).upper}`);
    if (kind !== undefined) return kind;
  }
  return undefined;
}

/** Read over a statement up to its semicolon, or with `compound` to the end of the text. */
export function skipStatement(cursor: Cursor, compound: boolean): void {
  while (!cursor.isEnd() && (compound || !cursor.isSymbol(';'))) cursor.advance();
}
