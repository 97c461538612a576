import { parseStatement } from '../../src/core/ddl';
import { applyStatement, buildTable, createLike } from '../../src/core/ddl/tracker';
import { LockstepError } from '../../src/core/model/error';
import { invariant, unreachable } from '../../src/core/model/invariant';
import { createTableText } from '../../src/core/table/create-table';
import type { TableSchema } from '../../src/core/table/table-schema';
import type { Position, RowChange, UpstreamEvent, UpstreamTableName } from '../plugin';
import type { EngineContext } from './context';
import type { Coordination } from './coordination';
import { readCreateTable, readDdl } from './ddl-parts';
import type { DdlPart } from './ddl-parts';
import type { LocalWork } from './local-work';
import { Newcomers } from './newcomers';
import type { HeldShard } from './order';
import { keyOfTable, makeShard, named, schemaText, weightOf } from './shard';
import type { Alteration, DdlStep, Hold, Shard, ShardPart, Step } from './shard';

type DdlEvent = Extract<UpstreamEvent, { kind: 'ddl' }>;

/** Who is told what shards meet. */
type IntakeListener = Pick<Coordination, 'met' | 'membershipChanged' | 'arrived'>;

/**
 * Takes the stream in: hands each event to the shards that it is about, queues those of held shards, and sends the reader
 * back for what had to be dropped.
 */
export class Intake {
  /** Up to here rows may have been applied by an earlier run: the place where the upstream first had nothing more. */
  #mayRepeatUntil: Position | null = null;
  /** Shards that were made like a table of which only the upstream knows. */
  readonly #lookingUp = new Set<string>();
  readonly #newcomers: Newcomers;
  /** Shards that are dropped upstream, and whose last rows aren't stored. */
  readonly #leaving = new Set<Shard>();
  /** The upstream had nothing more at the last event; null: it had. */
  #idleAt: Position | null = null;

  constructor(
    private readonly context: EngineContext,
    private readonly local: LocalWork,
    private readonly listener: IntakeListener,
  ) {
    this.#newcomers = new Newcomers(context);
  }

  /** Where the upstream has nothing more; null: it may have. */
  get idleAt(): Position | null {
    return this.#idleAt;
  }

  /** Whether a shard waits for a checkpoint: one behind its last rows. */
  get wantsStore(): boolean {
    return this.#leaving.size > 0;
  }

  /** A checkpoint may have been stored: who has left is taken from the coordinator, as a DDL is reported (`Orders.report`). */
  stored(): void {
    for (const shard of this.#leaving) {
      if (shard.lastRows > this.context.outgoing.stored) continue;
      this.#leaving.delete(shard);
      this.context.emit({ kind: 'remove-table', key: shard.key, table: shard.table });
    }
  }

  /** The coordinator knows the source: shards that an earlier run left before the difference to their siblings meet it. */
  started(): void {
    this.#newcomers.restore();
    for (const shard of this.#newcomers.all) if (shard.hold === null) this.#goOn(shard);
  }

  /** @throws LockstepError of what it can't go past; then nothing of the event is taken in */
  read(event: UpstreamEvent): void {
    const { timeline } = this.context;
    const isNew = timeline.isBefore(timeline.head, event.position);
    this.#idleAt = event.kind === 'idle' ? event.position : null;
    if (event.kind === 'idle') this.#mayRepeatUntil ??= event.position;
    else if (event.kind === 'mark' && isNew)
      this.context.tell({ kind: 'mark', name: event.name, position: event.position });
    else if (event.kind === 'rows') this.#readRows(event, isNew);
    else if (event.kind === 'ddl') this.#readDdl(event, isNew);
    timeline.advance(event.position);
    this.context.isDirty ||= isNew;
    this.#catchUp();
  }

  /** Shards go on behind the DDL that they were held at; what one meets next is judged by the schemas of all. */
  passed(held: readonly HeldShard[]): void {
    for (const { shard, alteration } of held) {
      shard.schema = named(alteration.after, shard.table.table);
      shard.at = alteration.position;
    }
    const passing = new Set(held.map(({ shard }) => shard));
    const arrived = [...this.#newcomers.all].filter(
      (shard) => this.#newcomers.hasArrived(shard) && (passing.has(shard) || this.listener.arrived(shard)),
    );
    for (const shard of arrived) this.#newcomers.settle(shard);
    for (const { shard } of held) this.#goOn(shard);
    for (const shard of arrived) {
      if (passing.has(shard)) continue;
      this.listener.membershipChanged(shard);
      this.#goOn(shard);
    }
  }

  /** A shard goes back before the DDL that it was held at, and meets it again. */
  redirected(shard: Shard, { step }: Alteration): void {
    if (shard.ahead !== null) {
      this.#goOn(shard);
      return;
    }
    this.context.shards.release(shard);
    if (step === null) {
      // Known from the checkpoint only: the reader began behind it.
      this.context.shards.clearQueue(shard);
      shard.hasMissed = true;
    } else this.context.shards.putBack(shard, step);
    this.#drain(shard);
  }

  /** A new shard is known to the coordinator. */
  added(key: string): void {
    const shard = this.context.shards.get(key);
    if (shard?.hold?.kind !== 'membership') return;
    this.context.tell({ kind: 'table-created', table: shard.table, target: shard.target });
    shard.at = shard.hold.position;
    this.context.shards.release(shard);
    if (this.#newcomers.hasArrived(shard)) this.#newcomers.settle(shard);
    this.local.end();
    this.listener.membershipChanged(shard);
    this.#goOn(shard);
  }

  /** A dropped shard is known to have left. */
  removed(key: string): void {
    const shard = this.context.shards.get(key);
    if (shard === undefined) return;
    const rest = this.context.shards.remove(shard);
    this.context.isDirty = true;
    this.#newcomers.forget(shard);
    this.context.tell({ kind: 'table-dropped', table: shard.table, target: shard.target });
    this.listener.membershipChanged(shard);
    const again = rest.findIndex((step) => step.kind === 'ddl' && makesTable(step.part));
    const step = rest[again];
    if (step?.kind !== 'ddl') return;
    const born = this.#create(step, shard.at);
    for (const later of rest.slice(again + 1)) if (born !== null) this.context.shards.enqueue(born, later);
  }

  /** The upstream has said what `CREATE TABLE … LIKE` made. */
  lookedUp(key: string, createTable: string): void {
    this.#lookingUp.delete(key);
    const shard = this.context.shards.get(key);
    if (shard?.hold?.kind !== 'membership') return;
    const part = readCreateTable(createTable, shard.table, shard.target);
    shard.schema = named(buildTable(part.statement), shard.table.table);
    this.#executeCreation(shard, part.ddl, shard.hold.position);
  }

  /** If the reader is at the head, send it back to the least place of the shards that have missed events. */
  considerSeek(): void {
    const { timeline, shards } = this.context;
    if (!timeline.isAtHead || this.context.isStopped) return;
    const missing = [...shards.free].filter(({ hasMissed }) => hasMissed);
    const [first] = missing;
    if (first === undefined) return;
    let from = first.at;
    for (const shard of missing) {
      if (timeline.isBefore(shard.at, from)) from = shard.at;
      shard.hasMissed = false;
      shard.covered = shard.at;
    }
    this.#idleAt = null;
    timeline.seek(from);
    this.context.tell({ kind: 'read-again', from, tables: missing.map(({ table }) => table) });
    this.context.emit({ kind: 'seek', from });
    this.#catchUp();
  }

  #readRows(event: Extract<UpstreamEvent, { kind: 'rows' }>, isNew: boolean): void {
    const shard = this.context.shards.get(keyOfTable(event.table));
    if (shard !== undefined) {
      this.#gate(shard, { kind: 'rows', position: event.position, event }, isNew);
      return;
    }
    if (!isNew || this.context.options.routes.targetOf(event.table) === null) return;
    throw unknownTable(event.table, 'rows');
  }

  #readDdl(event: DdlEvent, isNew: boolean): void {
    const { options } = this.context;
    if (options.ignoreSql.some((pattern) => pattern.test(event.sql))) {
      if (isNew) this.#ignored('ignore-sql', event.position);
      return;
    }
    for (const part of readDdl(event, options.routes)) this.#takePart(part, event, isNew);
  }

  #takePart(part: DdlPart, event: DdlEvent, isNew: boolean): void {
    const { position } = event;
    switch (part.kind) {
      case 'ignored':
        if (isNew) this.#ignored(part.statement, position);
        return;
      case 'create-database':
        if (isNew && part.ddls.length > 0) this.#createDatabase(part.ddls, position);
        return;
      case 'drop-database': {
        const dropped = [...this.context.shards.all].filter(({ table }) => table.schema === part.schema);
        for (const { table, target } of dropped) this.#takeShardPart({ kind: 'drop', table, target }, event, isNew);
        return;
      }
      default:
        this.#takeShardPart(part, event, isNew);
    }
  }

  #takeShardPart(written: ShardPart, event: DdlEvent, isNew: boolean): void {
    const part = isNew && written.kind === 'create-like' ? this.#madeLike(written) : written;
    const step: DdlStep = { kind: 'ddl', position: event.position, part, characterSet: event.characterSet ?? null };
    const shard = this.context.shards.get(keyOfTable(part.table));
    if (shard !== undefined) this.#gate(shard, step, isNew);
    else if (isNew && makesTable(part)) this.#create(step, this.context.timeline.cursor);
    else if (isNew && part.kind === 'alter') throw unknownTable(part.table, 'a change');
  }

  /** What is made like a shard has the schema that the shard has at the place that is being read, wherever it is held. */
  #madeLike(part: Extract<ShardPart, { kind: 'create-like' }>): ShardPart {
    const source = this.context.shards.get(keyOfTable(part.source));
    const schema = source === undefined || this.#lookingUp.has(source.key) ? null : schemaAtHead(source);
    if (schema === null) return part;
    return readCreateTable(createTableText(createLike(schema, part.table.table)), part.table, part.target);
  }

  #gate(shard: Shard, step: Step, isNew: boolean): void {
    if (!shard.isBehind) {
      if (isNew) this.#process(shard, step);
      return;
    }
    if (shard.hasMissed || !this.context.timeline.isBefore(shard.covered, step.position)) return;
    if (shard.hold !== null) this.context.shards.enqueue(shard, step);
    else {
      this.#process(shard, step);
      this.#moveOn(shard, step);
    }
  }

  /** A shard that isn't held by its step stands behind it. */
  #moveOn(shard: Shard, { position }: Step): void {
    if (shard.hold !== null) return;
    shard.at = position;
    if (this.context.timeline.isBefore(shard.covered, position)) shard.covered = position;
  }

  #process(shard: Shard, step: Step): void {
    if (step.kind === 'rows') {
      this.#sendRows(shard, step);
      return;
    }
    const { part, position } = step;
    switch (part.kind) {
      case 'alter': {
        const after = part.statements.reduce(applyStatement, shard.schema);
        this.#meet(shard, { step, ddls: part.ddls, position, after: named(after, shard.table.table) });
        return;
      }
      case 'drop':
        this.#hold(shard, { kind: 'membership', position }, position);
        this.#leaving.add(shard);
        this.stored();
        return;
      case 'create':
      case 'create-like':
        // IF NOT EXISTS of a table that exists.
        this.#ignored('CreateTableStmt', position);
        return;
      default:
        unreachable(part);
    }
  }

  #sendRows(shard: Shard, step: Extract<Step, { kind: 'rows' }>): void {
    const { event, position } = step;
    const { timeline, outgoing, options } = this.context;
    const until = this.#mayRepeatUntil;
    const change: RowChange = {
      target: shard.target,
      source: options.source,
      table: shard.table,
      change: event.change,
      rows: 'decode' in event.rows ? event.rows.decode(shard.schema) : event.rows,
      columns: shard.schema.columns.filter(({ hidden }) => !hidden).map(({ name }) => name),
      position,
      repeated: !options.storesWithRows && (until === null || !timeline.isBefore(until, position)),
    };
    shard.lastRows = outgoing.add(change, weightOf(step));
    this.context.isDirty = true;
  }

  #create(step: DdlStep, prior: Position | null): Shard | null {
    const { part, position } = step;
    if (part.kind !== 'create' && part.kind !== 'create-like') return null;
    const shard = makeShard(part.table, part.target, schemaOf(step));
    shard.hold = { kind: 'membership', position };
    shard.isBehind = true;
    shard.at = prior;
    shard.covered = position;
    this.context.shards.add(shard);
    this.listener.membershipChanged(shard);
    this.local.begin();
    if (part.kind === 'create') this.#executeCreation(shard, part.ddl, position);
    else {
      this.#lookingUp.add(shard.key);
      this.context.emit({ kind: 'look-up', key: shard.key, table: part.table, position });
    }
    return shard;
  }

  #executeCreation({ key, table, target }: Shard, ddl: string, position: Position): void {
    this.local.execute({ ddls: [ddl], position, table, target }, () => this.#madeDownstream(key));
  }

  #madeDownstream(key: string): void {
    const shard = this.context.shards.get(key);
    if (shard === undefined) return;
    const { table, target } = shard;
    this.#newcomers.welcome(shard);
    this.context.emit({ kind: 'add-table', key, table, target, createTable: schemaText(shard.schema, target) });
  }

  /** A shard goes on where it stands: it meets the difference to what it was created with, or takes what is queued. */
  #goOn(shard: Shard): void {
    this.context.shards.release(shard);
    const { ahead, at } = shard;
    const steps = this.#newcomers.stepsOf(shard);
    if (ahead === null || at === null || steps === null) this.#drain(shard);
    else this.#meet(shard, { step: null, ddls: steps.ddls, position: at, after: ahead });
  }

  #meet(shard: Shard, alteration: Alteration): void {
    const { table, target } = shard;
    const { ddls, position } = alteration;
    this.#hold(shard, { kind: 'alteration', alteration }, position);
    this.context.tell({ kind: 'ddl-met', table, target, ddls, position });
    this.listener.met(shard, alteration);
  }

  #createDatabase(ddls: readonly string[], position: Position): void {
    this.local.begin();
    this.local.execute({ ddls, position, table: null, target: null }, () => this.local.end());
  }

  #hold(shard: Shard, hold: Hold, position: Position): void {
    const { timeline, shards } = this.context;
    if (!shard.isBehind) {
      shard.at = timeline.cursor;
      shard.covered = position;
      shards.markBehind(shard);
    } else if (timeline.isBefore(shard.covered, position)) shard.covered = position;
    shards.hold(shard, hold);
  }

  #drain(shard: Shard): void {
    while (shard.hold === null) {
      const step = this.context.shards.dequeue(shard);
      if (step === undefined) break;
      this.#process(shard, step);
      this.#moveOn(shard, step);
    }
    this.context.isDirty = true;
    this.#catchUp();
  }

  /** At the head nobody is behind who waits for nothing and has missed nothing. */
  #catchUp(): void {
    const { timeline, shards } = this.context;
    if (!timeline.isAtHead) return;
    for (const shard of shards.free) {
      if (shard.hasMissed) continue;
      shards.markAtHead(shard);
      this.context.isDirty = true;
    }
  }

  #ignored(statement: string, position: Position): void {
    this.context.tell({ kind: 'statement-ignored', statement, position });
  }
}

/** The schema that a shard has behind all of its events that are read; null: they weren't kept, or it was made anew. */
function schemaAtHead({ schema, hold, queue, hasMissed }: Shard): TableSchema | null {
  if (hasMissed || queue.some((step) => step.kind === 'ddl' && step.part.kind !== 'alter')) return null;
  const held = hold?.kind === 'alteration' ? hold.alteration.after : schema;
  const statements = queue.flatMap((step) =>
    step.kind === 'ddl' && step.part.kind === 'alter' ? step.part.statements : [],
  );
  return statements.reduce(applyStatement, held);
}

function makesTable({ kind }: ShardPart): boolean {
  return kind === 'create' || kind === 'create-like';
}

/** The schema that a creation makes; of `LIKE` an empty one until the upstream has told it. */
function schemaOf({ part, characterSet }: DdlStep): TableSchema {
  const statement = part.kind === 'create' ? part.statement : parseStatement('CREATE TABLE `t` (`c` INT)');
  invariant(statement.kind === 'create-table', 'a creation makes a table');
  return buildTable(statement, characterSet ?? undefined);
}

function unknownTable({ schema, table }: UpstreamTableName, what: string): LockstepError {
  const name = `${schema}.${table}`;
  return new LockstepError('EVENT_UNSUPPORTED', `${what} of ${name}, a table that nobody created`, { table: name });
}
