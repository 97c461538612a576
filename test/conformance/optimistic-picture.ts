import type { UpstreamTable } from '../../src/core/model/names';
import type { TableKey } from '../../src/core/model/table-key';
import { canonicalText } from './canonical-text';
import { isShape } from '../../src/core/table/shape';
import type { TableEntry, Target } from '../../src/core/state/table-entry';
import type { JsonValue } from '../../src/core/wire/json-reader';
import type { OptimisticReplay } from './optimistic-replay';

/** Source → schema → table → value, flattened to `source/schema/table`, so that empty levels don't count. */
export type PerTable<T> = ReadonlyMap<string, T>;

/** What is compared of a lock after a step; null fields: there is no lock, or no join. */
export interface LockPicture {
  readonly lockExists: boolean;
  readonly synced: boolean | null;
  readonly remain: number | null;
  readonly resolved: boolean | null;
  readonly joined: string | null;
  readonly joinFails: boolean | null;
  readonly ready: PerTable<boolean> | null;
  readonly done: PerTable<boolean> | null;
  readonly tables: PerTable<string> | null;
  readonly conflictTables: PerTable<string> | null;
  readonly finalTables: PerTable<string> | null;
  readonly versions: PerTable<number> | null;
  /** `column/source/schema/table` → stage. */
  readonly droppedColumns: PerTable<number> | null;
}

/** The lock as the coordinator holds it. */
export function actualPicture(replay: OptimisticReplay): LockPicture {
  const { lockTarget, coordinator } = replay;
  return lockTarget === undefined ? NO_LOCK : pictureOf(lockTarget, coordinator.state.tables);
}

/** The lock of a target, given all tables of its state. */
export function pictureOf(target: Target, tables: ReadonlyMap<TableKey, TableEntry>): LockPicture {
  if (target.lock === null) return NO_LOCK;
  const { lock } = target.lock;
  const members = [...target.tables].flatMap((entry) =>
    entry.member === null ? [] : [{ entry, member: entry.member }],
  );
  const perTable = <T>(value: (each: (typeof members)[number]) => T | null): PerTable<T> =>
    new Map(
      members.flatMap((each) => {
        const found = value(each);
        return found === null ? [] : [[nameOf(each.entry), found] as const];
      }),
    );
  const { joined } = lock;
  return {
    lockExists: true,
    synced: lock.synced,
    remain: lock.remain,
    resolved: lock.resolved,
    joined: isShape(joined) ? canonicalText(joined) : null,
    joinFails: !isShape(joined),
    ready: perTable(({ member }) => lock.isReady(member)),
    done: perTable(({ member }) => member.done),
    tables: perTable(({ member }) => canonicalText(member.normal)),
    conflictTables: perTable(({ member }) => (member.conflict === null ? null : canonicalText(member.conflict))),
    finalTables: perTable(({ member }) => canonicalText(member.conflict ?? member.normal)),
    versions: perTable(({ member }) => member.version),
    droppedColumns: new Map(
      [...lock.dropped].flatMap(([key, mark]) => {
        const entry = tables.get(key);
        return entry === undefined ? [] : [[`${mark.column}/${nameOf(entry)}`, mark.stage] as const];
      }),
    ),
  };
}

/** The lock as it was recorded. */
export function recordedPicture(expect: JsonValue, canons: readonly string[]): LockPicture {
  if (!expect.field('lockExists').boolean()) return NO_LOCK;
  const canon = (index: JsonValue): string => canons[index.count()] ?? index.fail('no such canon');
  const perTable = <T>(name: string, read: (value: JsonValue) => T): PerTable<T> =>
    new Map(leaves(expect.field(name), 3).map(([path, value]) => [path, read(value)]));
  return {
    lockExists: true,
    synced: expect.field('synced').boolean(),
    remain: expect.field('remain').count(),
    resolved: expect.field('resolved').boolean(),
    joined: expect.field('joined').nullable((text) => text.text()),
    joinFails: expect.field('joinFails').boolean(),
    ready: perTable('ready', (value) => value.boolean()),
    done: perTable('done', (value) => value.boolean()),
    tables: perTable('tables', canon),
    conflictTables: perTable('conflictTables', canon),
    finalTables: perTable('finalTables', canon),
    versions: perTable('versions', (value) => value.count()),
    droppedColumns: new Map(leaves(expect.field('droppedColumns'), 4).map(([path, value]) => [path, value.count()])),
  };
}

const NO_LOCK: LockPicture = {
  lockExists: false,
  synced: null,
  remain: null,
  resolved: null,
  joined: null,
  joinFails: null,
  ready: null,
  done: null,
  tables: null,
  conflictTables: null,
  finalTables: null,
  versions: null,
  droppedColumns: null,
};

/** The name of a table in a picture. */
export function nameOf({ source, schema, table }: UpstreamTable | TableEntry): string {
  return [source, schema, typeof table === 'string' ? table : table.table].join('/');
}

function leaves(value: JsonValue, depth: number): [string, JsonValue][] {
  if (!value.isPresent) return [];
  if (depth === 0) return [['', value]];
  return value
    .names()
    .flatMap((name) =>
      leaves(value.field(name), depth - 1).map(([path, leaf]): [string, JsonValue] => [
        path === '' ? name : `${name}/${path}`,
        leaf,
      ]),
    );
}
