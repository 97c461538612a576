import type { SourceId } from '../model/names';

/** A worker of a DM cluster, as far as the store tells of it. */
export interface DmWorker {
  readonly name: string;
  /** Whether it keeps its lease. */
  readonly isAlive: boolean;
  /** When it joined, as DM writes it; null: it isn't alive. */
  readonly joinedAt: string | null;
}

/** The workers of a DM cluster: registered, alive, and bound to a source. */
export class DmWorkers {
  /** By name: where clients reach it. */
  readonly registered = new Map<string, string>();
  /** By name: when it joined. */
  readonly alive = new Map<string, string>();
  readonly #bound = new Map<string, SourceId>();
  readonly #bySource = new Map<SourceId, Set<string>>();

  /** DM has bound `worker` to `source`; null: to none. */
  bind(worker: string, source: SourceId | null): void {
    const before = this.#bound.get(worker);
    if (before !== undefined) this.#release(worker, before);
    if (source === null) return;
    this.#bound.set(worker, source);
    this.#bySource.set(source, (this.#bySource.get(source) ?? new Set<string>()).add(worker));
  }

  /** The worker that DM has bound to a source, the living one if there are two; null: none. */
  ofSource(source: SourceId): DmWorker | null {
    const names = [...(this.#bySource.get(source) ?? [])];
    const name = names.find((each) => this.alive.has(each)) ?? names[0];
    return name === undefined ? null : this.#view(name);
  }

  /** The worker of this name; null: DM's keys name none so. */
  find(name: string): DmWorker | null {
    const isKnown = this.registered.has(name) || this.alive.has(name) || this.#bound.has(name);
    return isKnown ? this.#view(name) : null;
  }

  /** The source that a worker is bound to; null: none. */
  sourceOf(worker: string): SourceId | null {
    return this.#bound.get(worker) ?? null;
  }

  /** The names of all that DM's keys name. */
  get names(): ReadonlySet<string> {
    return new Set([...this.registered.keys(), ...this.alive.keys(), ...this.#bound.keys()]);
  }

  #view(name: string): DmWorker {
    return { name, isAlive: this.alive.has(name), joinedAt: this.alive.get(name) ?? null };
  }

  #release(worker: string, source: SourceId): void {
    this.#bound.delete(worker);
    const workers = this.#bySource.get(source);
    workers?.delete(worker);
    if (workers?.size === 0) this.#bySource.delete(source);
  }
}
