import type { RemedyKind } from '../../../src/core/diagnosis/remedy';
import type { ErrorCode } from '../../../src/core/model/error-catalogue';
import type { Store } from '../../../src/ports/store';
import { ask } from '../../graphql/plain-client';
import type { Operation, PlainWorker } from '../../graphql/plain-worker';
import { lockOf } from '../../graphql/plain-worker';
import { operationOf } from '../../graphql/situations';

/** Where a situation is made. */
export interface World {
  readonly url: string;
  readonly store: Store;
  readonly task: string;
}

/** A situation that has a remedy, and what must hold when that was carried out. */
export interface Situation {
  /** Where the remedy stands: at the lock of the task (if absent), at another lock, or at the problems of the task. */
  readonly at?: { readonly lockId: string } | 'problems';
  /** What the command names, where several remedies are of the kind. */
  readonly words?: string;
  /** What workers do while it is carried out. */
  readonly meanwhile?: () => Promise<void>;
  /** What it is answered with, if not with success. */
  readonly failure?: ErrorCode;
  /** What the effect of the remedy says. */
  readonly effect: RegExp;
  /** Whether what it says has come true. */
  readonly holds: () => Promise<void>;
}

/** Ways into a situation, by what is the matter. */
export type Situations = Readonly<Record<string, (world: World) => Promise<Situation>>>;

/** For each kind of remedy the situations in which there is one. */
export type Cases<Kind extends RemedyKind> = Readonly<Record<Kind, Situations>>;

/** What a worker is told and carries out. */
export async function carriesOut(
  worker: PlainWorker,
  fits: (operation: Operation) => boolean = () => true,
): Promise<Operation> {
  const operation = await operationOf(worker, fits);
  await worker.acknowledge(operation);
  return operation;
}

/** Whether the table of a source has a column in its lock; null: it isn't in the lock. */
export async function hasColumn({ url, task }: World, source: string, column: string): Promise<boolean | null> {
  const query = `query ($id: ID!) { shardLock(id: $id) { participants { nodes { sourceId schema { columns { name } } } } } }`;
  interface Found {
    readonly participants: {
      readonly nodes: readonly {
        readonly sourceId: string;
        readonly schema: { readonly columns: readonly { readonly name: string }[] } | null;
      }[];
    };
  }
  const lock = await ask<Found | null>(url, query, { id: lockOf(task) });
  const schema = lock?.participants.nodes.find(({ sourceId }) => sourceId === source)?.schema;
  return schema == null ? null : schema.columns.some(({ name }) => name === column);
}

/** Whether a key is stored. */
export async function isStored({ store }: World, key: string): Promise<boolean> {
  const { values } = await store.range(key);
  return values.some((value) => value.key === key);
}

/** Write what somebody else would have written. */
export async function store(world: World, key: string, value: string): Promise<void> {
  await world.store.txn({ compares: [], then: [{ kind: 'put', key, value }] });
}
