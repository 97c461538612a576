import { formatLockId } from '../../src/core/model/lock-id';
import { parseDownstreamTable, parseTaskName } from '../../src/core/model/names';
import type { JsonValue } from '../../src/core/wire/json-reader';

/** A lock as DM's recordings and the judge describe it. */
export interface LockPicture {
  readonly task: string;
  readonly owner: string;
  readonly ddls: readonly string[];
  readonly remain: number;
  readonly synced: boolean;
  readonly resolved: boolean;
  readonly ready: ReadonlyMap<string, boolean>;
  readonly done: ReadonlyMap<string, boolean>;
}

/** An info in the store. */
export interface InfoPicture {
  readonly task: string;
  readonly source: string;
  readonly schema: string;
  readonly table: string;
  readonly ddls: readonly string[];
  /** Of the lock that it is for. */
  readonly lockId: string;
}

/** An operation in the store. */
export interface OperationPicture {
  readonly id: string;
  readonly task: string;
  readonly source: string;
  readonly ddls: readonly string[];
  readonly exec: boolean;
  readonly done: boolean;
}

/** What is compared after each step: the locks by ID; infos and operations by task and source. */
export interface Picture {
  readonly locks: ReadonlyMap<string, LockPicture>;
  readonly infos: ReadonlyMap<string, InfoPicture>;
  readonly operations: ReadonlyMap<string, OperationPicture>;
}

/** Before the first step. */
export const EMPTY_PICTURE: Picture = { locks: new Map(), infos: new Map(), operations: new Map() };

/** The key of one source of one task in a picture. */
export function sourceName(task: string, source: string): string {
  return `${task} / ${source}`;
}

/** The recorded picture of an `expect`. */
export function readPicture(expect: JsonValue): Picture {
  return {
    locks: expect.field('locks').map(readLock),
    infos: bySource(expect.field('infos'), readInfo),
    operations: bySource(expect.field('operations'), readOperation),
  };
}

/** DDLs; null and none are the same. */
export function readDdls(value: JsonValue): string[] {
  return value.or<string[]>([], (list) => list.list((ddl) => ddl.text()));
}

/** An operation as a step or a picture has it. */
export function readOperation(value: JsonValue): OperationPicture {
  return {
    id: value.field('id').text(),
    task: value.field('task').text(),
    source: value.field('source').text(),
    ddls: readDdls(value.field('ddls')),
    exec: value.field('exec').boolean(),
    done: value.field('done').boolean(),
  };
}

function readLock(value: JsonValue): LockPicture {
  return {
    task: value.field('task').text(),
    owner: value.field('owner').text(),
    ddls: readDdls(value.field('ddls')),
    remain: value.field('remain').integer(),
    synced: value.field('synced').boolean(),
    resolved: value.field('resolved').boolean(),
    ready: value.field('ready').map((ready) => ready.boolean()),
    done: value.field('done').map((done) => done.boolean()),
  };
}

function readInfo(value: JsonValue): InfoPicture {
  const [task, schema, table] = [value.field('task').text(), value.field('schema').text(), value.field('table').text()];
  const lockId = formatLockId(parseTaskName(task), parseDownstreamTable(schema, table));
  return { task, source: value.field('source').text(), schema, table, ddls: readDdls(value.field('ddls')), lockId };
}

function bySource<T extends { readonly task: string; readonly source: string }>(
  value: JsonValue,
  read: (value: JsonValue) => T,
): Map<string, T> {
  const found = [...value.map((ofTask) => [...ofTask.map(read).values()]).values()].flat();
  return new Map(found.map((each) => [sourceName(each.task, each.source), each]));
}
