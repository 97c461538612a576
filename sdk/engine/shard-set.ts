import { invariant } from '../../src/core/model/invariant';
import type { TargetName } from '../plugin';
import { keyOfTable, weightOf } from './shard';
import type { Hold, Shard, Step } from './shard';

/** All routed tables of a source: by key, by target, and those that are behind. */
export class ShardSet {
  readonly #shards = new Map<string, Shard>();
  readonly #ofTarget = new Map<string, Set<Shard>>();
  readonly #behind = new Set<Shard>();
  readonly #free = new Set<Shard>();
  #queued = 0;

  /** @param queueLimit how many steps the queues of all shards hold together, large ones counted as several */
  constructor(private readonly queueLimit: number) {}

  get all(): Iterable<Shard> {
    return this.#shards.values();
  }

  get size(): number {
    return this.#shards.size;
  }

  /** Those that aren't handled up to the head. */
  get behind(): ReadonlySet<Shard> {
    return this.#behind;
  }

  /** Those that are behind though nothing holds them: they go on as soon as the reader can. */
  get free(): ReadonlySet<Shard> {
    return this.#free;
  }

  get(key: string): Shard | undefined {
    return this.#shards.get(key);
  }

  /** The shards of a target, in the order in which they came. */
  ofTarget(target: TargetName): ReadonlySet<Shard> {
    return this.#ofTarget.get(keyOfTable(target)) ?? new Set();
  }

  /** The targets that have shards. */
  get targets(): readonly TargetName[] {
    return [...this.#ofTarget.values()].flatMap(([first]) => (first === undefined ? [] : [first.target]));
  }

  add(shard: Shard): void {
    invariant(!this.#shards.has(shard.key), 'a shard is added once');
    this.#shards.set(shard.key, shard);
    const key = keyOfTable(shard.target);
    const ofTarget = this.#ofTarget.get(key) ?? new Set();
    this.#ofTarget.set(key, ofTarget.add(shard));
    if (shard.isBehind) this.markBehind(shard);
  }

  /** It is gone; its queue is handed back. */
  remove(shard: Shard): readonly Step[] {
    this.#shards.delete(shard.key);
    this.#behind.delete(shard);
    this.#free.delete(shard);
    const key = keyOfTable(shard.target);
    const ofTarget = this.#ofTarget.get(key);
    ofTarget?.delete(shard);
    if (ofTarget?.size === 0) this.#ofTarget.delete(key);
    const { queue } = shard;
    this.clearQueue(shard);
    return queue;
  }

  markBehind(shard: Shard): void {
    shard.isBehind = true;
    this.#behind.add(shard);
    if (shard.hold === null) this.#free.add(shard);
  }

  markAtHead(shard: Shard): void {
    shard.isBehind = false;
    this.#behind.delete(shard);
    this.#free.delete(shard);
  }

  hold(shard: Shard, hold: Hold): void {
    shard.hold = hold;
    this.#free.delete(shard);
  }

  release(shard: Shard): void {
    shard.hold = null;
    if (shard.isBehind) this.#free.add(shard);
  }

  /** Put a step behind those of a held shard; when there is no room it forgets them all, to read them again. */
  enqueue(shard: Shard, step: Step): void {
    if (this.#queued >= this.queueLimit) {
      this.clearQueue(shard);
      shard.hasMissed = true;
      return;
    }
    shard.queue.push(step);
    shard.covered = step.position;
    this.#queued += weightOf(step);
  }

  /** Put a step before all others, whatever room there is: it was taken from there. */
  putBack(shard: Shard, step: Step): void {
    shard.queue.unshift(step);
    this.#queued += weightOf(step);
  }

  dequeue(shard: Shard): Step | undefined {
    const step = shard.queue.shift();
    if (step !== undefined) this.#queued -= weightOf(step);
    return step;
  }

  clearQueue(shard: Shard): void {
    for (const step of shard.queue) this.#queued -= weightOf(step);
    shard.queue = [];
  }
}
