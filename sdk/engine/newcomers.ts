import type { EngineContext } from './context';
import { mayBeRenamed, stepsTo, takesRows } from './newcomer-steps';
import type { Steps } from './newcomer-steps';
import { named } from './shard';
import type { Shard } from './shard';

/** Shards that were created ahead of their target (README): who they are, and when their target takes their rows. */
export class Newcomers {
  readonly #shards = new Set<Shard>();

  constructor(private readonly context: EngineContext) {}

  get all(): Iterable<Shard> {
    return this.#shards;
  }

  /** Those that a checkpoint tells of. */
  restore(): void {
    for (const shard of this.context.shards.all) if (shard.ahead !== null) this.#shards.add(shard);
  }

  /** A shard that was just created: if its siblings don't take its rows it stands before the difference to them. */
  welcome(shard: Shard): void {
    const steps = this.#stepsFromSiblings(shard);
    if (steps === null) return;
    shard.ahead = shard.schema;
    shard.schema = named(steps.before, shard.table.table);
    this.#shards.add(shard);
  }

  /** Whether the target takes its rows now. */
  hasArrived(shard: Shard): boolean {
    const { ahead } = shard;
    if (ahead === null) return false;
    const { shapes, options } = this.context;
    // Behind a barrier all siblings are alike; an optimistic one's DDLs count only when they are reported.
    const others = options.mode === 'PESSIMISTIC' ? this.#siblingsOf(shard) : [];
    return [shard, ...others].some((each) => takesRows(shapes, each.schema, ahead)) || this.stepsOf(shard) === null;
  }

  /** It has what it was created with, like any other shard. */
  settle(shard: Shard): void {
    shard.schema = shard.ahead ?? shard.schema;
    shard.ahead = null;
    this.#shards.delete(shard);
  }

  /** It was dropped. */
  forget(shard: Shard): void {
    this.#shards.delete(shard);
  }

  /** The way from where it stands to what it was created with; null: none. */
  stepsOf({ ahead, schema, target }: Shard): Steps | null {
    return ahead === null ? null : stepsTo(this.context.shapes, ahead, { sibling: schema, target });
  }

  /**
   * The target exists, so creating it again has changed nothing: it needn't have what only the new shard has. The siblings
   * tell; null: one of them takes its rows, or there is none.
   */
  #stepsFromSiblings(shard: Shard): Steps | null {
    const { schema, target } = shard;
    const { shapes, options } = this.context;
    const siblings = this.#siblingsOf(shard);
    const [first] = siblings;
    if (first === undefined || siblings.some((sibling) => takesRows(shapes, sibling.schema, schema))) return null;
    // A barrier's DDL is the siblings' own. A guess of ours would leave the values behind that they have under the old name.
    if (options.mode === 'OPTIMISTIC' && mayBeRenamed(shapes, first.schema, schema)) return null;
    return stepsTo(shapes, schema, { sibling: first.schema, target });
  }

  /** Those that know what the target has. */
  #siblingsOf({ key, target }: Shard): readonly Shard[] {
    return [...this.context.shards.ofTarget(target)].filter((shard) => shard.key !== key && shard.ahead === null);
  }
}
