import { setTimeout as sleep } from 'node:timers/promises';
import { EtcdStore } from '../../src/adapters/etcd/etcd-store';
import { SystemClock } from '../../src/adapters/system/system-clock';
import { LockstepError } from '../../src/core/model/error';
import { parseRevision } from '../../src/core/model/revision';
import type { Batch } from '../../src/core/model/store';
import { LOCKSTEP_LEADER_KEY } from '../../src/core/wire/lockstep-keys';
import type { StoredStream } from '../end-to-end/stored-stream';

/** Reads every change of an etcd from the first on, so that they outlive its compactions. */
export class StreamRecorder {
  readonly #batches: Batch[] = [];
  readonly #abort = new AbortController();
  #revision = 0;
  #leader: string | null = null;
  #recording: Promise<void> = Promise.resolve();

  private constructor(private readonly store: EtcdStore) {}

  static async start(urls: readonly string[]): Promise<StreamRecorder> {
    const recorder = new StreamRecorder(await EtcdStore.open({ urls, callMs: 2_000 }, new SystemClock()));
    recorder.#recording = recorder.#record();
    return recorder;
  }

  /** Every change up to here is recorded. */
  get revision(): number {
    return this.#revision;
  }

  /** The server that leads; null: none does. */
  get leader(): string | null {
    return this.#leader;
  }

  /** Everything up to the last revision of now; it records no more. */
  async finish(): Promise<StoredStream> {
    const { values, revision } = await this.store.range('');
    while (this.#revision < revision) await sleep(20);
    await this.stop();
    return { batches: this.#batches.filter((batch) => batch.revision <= revision), values, revision };
  }

  /** Record no more. Harmless when repeated. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#recording;
    await this.store.close();
  }

  async #record(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      try {
        for await (const batch of this.store.watch([''], parseRevision(this.#revision + 1), signal)) this.#take(batch);
      } catch (error) {
        // Most members may be away for a while.
        if (!(error instanceof LockstepError) || error.code !== 'STORE_UNAVAILABLE') throw error;
        await sleep(100);
      }
    }
  }

  #take(batch: Batch): void {
    if (batch.changes.length > 0) this.#batches.push(batch);
    this.#revision = batch.revision;
    for (const change of batch.changes) {
      if (change.key !== LOCKSTEP_LEADER_KEY) continue;
      this.#leader = change.kind === 'put' ? (JSON.parse(change.value) as { readonly id: string }).id : null;
    }
  }
}
