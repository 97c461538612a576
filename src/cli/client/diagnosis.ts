import type { JsonValue } from '../../core/wire/json-reader';

/** One side of a conflict of schemas. */
export interface ConflictSide {
  /** Null: the tables lack what the conflict is about. */
  readonly definition: string | null;
  /** The first of its tables, named for people. */
  readonly tables: readonly string[];
  readonly tableCount: number;
}

/** Something that a person could do. */
export interface Remedy {
  readonly sentence: string;
  readonly effect: string;
  readonly command: string;
}

/** Why a lock waits, with what can be done about it. */
export interface Diagnosis {
  readonly id: string;
  readonly mode: string;
  readonly state: string;
  readonly ownerId: string | null;
  readonly ddls: readonly string[];
  readonly syncedCount: number;
  readonly unsyncedCount: number;
  readonly createdAt: string | null;
  readonly lastProgressAt: string | null;
  readonly conflict: { readonly path: string; readonly reason: string; readonly sides: readonly ConflictSide[] } | null;
  readonly waits: readonly { readonly kind: string; readonly sentence: string }[];
  readonly remedies: readonly Remedy[];
  readonly events: readonly { readonly at: string; readonly sentence: string }[];
}

/** A lock as the documents of diagnosis select it. */
export function readDiagnosis(lock: JsonValue): Diagnosis {
  const optional = (name: string): string | null => lock.field(name).nullable((value) => value.text());
  return {
    id: lock.field('id').text(),
    mode: lock.field('mode').text(),
    state: lock.field('state').text(),
    ownerId: optional('ownerId'),
    ddls: lock.field('ddls').list((ddl) => ddl.text()),
    syncedCount: lock.field('syncedCount').count(),
    unsyncedCount: lock.field('unsyncedCount').count(),
    createdAt: optional('createdAt'),
    lastProgressAt: optional('lastProgressAt'),
    conflict: lock.field('joinConflict').nullable(readConflict),
    waits: lock.field('waitingFor').list((wait) => ({
      kind: wait.field('kind').text(),
      sentence: wait.field('sentence').text(),
    })),
    remedies: lock.field('remedies').list(readRemedy),
    events: lock
      .field('events')
      .field('nodes')
      .list((event) => ({ at: event.field('at').text(), sentence: event.field('sentence').text() })),
  };
}

/** Something that is wrong beside the waiting of locks. */
export interface Problem {
  readonly kind: string;
  readonly sentence: string;
  readonly help: string;
  /** The lock that it is about, which may be gone; null: none. */
  readonly lockId: string | null;
  readonly remedies: readonly Remedy[];
}

/** A problem as the documents select it. */
export function readProblem(problem: JsonValue): Problem {
  const text = (name: string): string => problem.field(name).text();
  return {
    kind: text('kind'),
    sentence: text('sentence'),
    help: text('help'),
    lockId: problem.field('lockId').nullable((id) => id.text()),
    remedies: problem.field('remedies').list(readRemedy),
  };
}

/** A remedy of a lock or a problem. */
export function readRemedy(remedy: JsonValue): Remedy {
  const text = (name: string): string => remedy.field(name).text();
  return { sentence: text('sentence'), effect: text('effect'), command: text('command') };
}

function readConflict(conflict: JsonValue): NonNullable<Diagnosis['conflict']> {
  return {
    path: conflict.field('path').text(),
    reason: conflict.field('reason').text(),
    sides: conflict.field('sides').list((side) => ({
      definition: side.field('definition').nullable((text) => text.text()),
      tables: side
        .field('tables')
        .list((table) =>
          [table.field('sourceId').text(), `${table.field('schema').text()}.${table.field('table').text()}`].join(' '),
        ),
      tableCount: side.field('tableCount').count(),
    })),
  };
}
