import { describe, expect, it } from '@jest/globals';
import { Outgoing } from '../../sdk/engine/outgoing';
import { makeShard, weightOf } from '../../sdk/engine/shard';
import type { Shard, Step } from '../../sdk/engine/shard';
import { ShardSet } from '../../sdk/engine/shard-set';
import type { RowImages } from '../../sdk';
import { parseStatement } from '../../src/core/ddl';
import { buildTable } from '../../src/core/ddl/tracker';

const TABLE = { schema: 'db', table: 't' };

function rowsStep(position: number, rows: number, bytes?: number): Extract<Step, { kind: 'rows' }> {
  const images = Array.from({ length: rows }, (_, id) => ({ after: { id } }));
  const event = { kind: 'rows', table: TABLE, change: 'insert', rows: images, position } as const;
  return { kind: 'rows', position, event: bytes === undefined ? event : { ...event, bytes } };
}

function newShard(): Shard {
  const statement = parseStatement('CREATE TABLE t (id INT)');
  if (statement.kind !== 'create-table') throw new Error('a CREATE TABLE');
  return makeShard(TABLE, { schema: 'd', table: 't' }, buildTable(statement));
}

describe('large rows', () => {
  it.each([
    ['without a size', rowsStep(1, 1), 1],
    ['of 8 KiB', rowsStep(1, 1, 8_192), 1],
    ['of 16 MiB', rowsStep(1, 1, 16 * 1_024 * 1_024), 2_048],
  ])('%s count so much', (_what, step, weight) => {
    expect(weightOf(step)).toBe(weight);
  });

  it('fill what may wait downstream', () => {
    const outgoing = new Outgoing();
    const change = { target: TABLE, source: 's', table: TABLE, change: 'insert', columns: ['id'] } as const;
    const add = (rows: readonly RowImages[], step: Step): number =>
      outgoing.add({ ...change, rows, position: 1, repeated: false }, weightOf(step));
    add([{}, {}, {}], rowsStep(1, 3));
    add([{}], rowsStep(2, 1, 80 * 1_024));
    expect(outgoing.pendingRows).toBe(13);
  });

  it('fill the queues of held shards, and leave room when they are taken', () => {
    const [shards, shard] = [new ShardSet(4), newShard()];
    shards.add(shard);
    shards.enqueue(shard, rowsStep(1, 1, 32 * 1_024));
    shards.dequeue(shard);
    shards.enqueue(shard, rowsStep(2, 1, 24 * 1_024));
    shards.enqueue(shard, rowsStep(3, 1, 24 * 1_024));
    expect(shard.hasMissed).toBe(false);
    shards.enqueue(shard, rowsStep(4, 1));
    expect(shard).toMatchObject({ hasMissed: true, queue: [] });
    shards.enqueue(shard, rowsStep(5, 1));
    expect(shard.queue).toHaveLength(1);
  });
});
