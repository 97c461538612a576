import type { SourceId, TaskName } from '../../src/core/model/names';
import { parseRevision } from '../../src/core/model/revision';
import type { Revision } from '../../src/core/model/revision';
import type { Mutation } from '../../src/core/model/store';
import { formatDmKey } from '../../src/core/wire/dm-keys';
import { encodeOptimisticOperation, decodeOptimisticOperation } from '../../src/core/wire/optimistic-operation';
import type { DmOptimisticOperation } from '../../src/core/wire/optimistic-operation';
import { decodePessimisticOperation, encodePessimisticOperation } from '../../src/core/wire/pessimistic-operation';
import type { DmPessimisticOperation } from '../../src/core/wire/pessimistic-operation';
import { writePessimisticInfo } from '../../src/core/wire/pessimistic-info';
import type { Store } from '../../src/ports/store';
import { TARGET, infoPut } from './dm-shard';
import type { DmShard } from './dm-shard';

/** A value as it was put, and when. */
export interface Told<T> {
  readonly operation: T;
  /** The very text that is stored. */
  readonly text: string;
}

/** The first put of a key from a revision on that `isWanted`: DM's workers watch their operation's key so. */
async function firstPut(
  store: Store,
  key: string,
  from: Revision,
  isWanted: (text: string) => boolean,
): Promise<string> {
  const abort = new AbortController();
  try {
    for await (const { changes } of store.watch([key], from, abort.signal)) {
      for (const change of changes)
        if (change.kind === 'put' && change.key === key && isWanted(change.value)) return change.value;
    }
    throw new Error(`the watch of ${key} has ended`);
  } finally {
    abort.abort();
  }
}

/** What DM's worker does for one upstream table of an optimistic task, by the store alone. */
export class DmTableWorker {
  #told: Told<DmOptimisticOperation> | null = null;

  constructor(
    private readonly store: Store,
    readonly shard: DmShard,
  ) {}

  /** Report DDLs, and wait for the operation that answers. */
  async report(ddls: readonly string[]): Promise<Told<DmOptimisticOperation>> {
    const { revision } = await this.store.txn({ compares: [], then: [infoPut(this.shard, ddls)] });
    return await this.#wait(revision);
  }

  /** The next operation: a redirect, or a person's unlock. */
  async next(): Promise<Told<DmOptimisticOperation>> {
    return await this.#wait(await this.#operationRevision());
  }

  /** Put the operation back as carried out; the tracked schema follows `ddls`. */
  async acknowledge(ddls: readonly string[]): Promise<void> {
    if (this.#told === null) throw new Error('nothing was told');
    const value = encodeOptimisticOperation({ ...this.#told.operation, done: true });
    await this.store.txn({ compares: [], then: [{ kind: 'put', key: this.shard.operationKey, value }] });
    this.shard.schema = this.shard.after(ddls).at(-1) ?? this.shard.schema;
  }

  /** Report, carry out, acknowledge; what was told. */
  async execute(ddl: string): Promise<Told<DmOptimisticOperation>> {
    const told = await this.report([ddl]);
    await this.acknowledge([ddl]);
    return told;
  }

  async #wait(after: Revision): Promise<Told<DmOptimisticOperation>> {
    const from = parseRevision(after + 1);
    const text = await firstPut(
      this.store,
      this.shard.operationKey,
      from,
      (put) => !decodeOptimisticOperation(put).done,
    );
    this.#told = { operation: decodeOptimisticOperation(text), text };
    return this.#told;
  }

  async #operationRevision(): Promise<Revision> {
    const stored = await this.store.get(this.shard.operationKey);
    return stored?.modRevision ?? parseRevision(0);
  }
}

/** What DM's worker does for one source of a pessimistic task, by the store alone. */
export class DmSourceWorker {
  readonly #infoKey: string;
  readonly #operationKey: string;

  constructor(
    private readonly store: Store,
    readonly task: TaskName,
    readonly source: SourceId,
  ) {
    this.#infoKey = formatDmKey({ kind: 'pessimistic-info', task, source });
    this.#operationKey = formatDmKey({ kind: 'pessimistic-operation', task, source });
  }

  /** Report DDLs that all shards of the source have met, wait for the order, carry it out, acknowledge. What was told. */
  async execute(ddls: readonly string[]): Promise<Told<DmPessimisticOperation>> {
    const value = writePessimisticInfo({ task: this.task, source: this.source, target: TARGET, ddls });
    const { revision } = await this.store.txn({ compares: [], then: [{ kind: 'put', key: this.#infoKey, value }] });
    const from = parseRevision(revision + 1);
    const text = await firstPut(this.store, this.#operationKey, from, (put) => !decodePessimisticOperation(put).done);
    const operation = decodePessimisticOperation(text);
    const done: Mutation[] = [
      { kind: 'put', key: this.#operationKey, value: encodePessimisticOperation({ ...operation, done: true }) },
      { kind: 'delete', key: this.#infoKey },
    ];
    await this.store.txn({
      compares: [{ kind: 'version', key: this.#infoKey, operator: '>', value: 0 }],
      then: done,
    });
    return { operation, text };
  }
}
