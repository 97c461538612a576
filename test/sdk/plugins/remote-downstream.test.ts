import { afterEach, describe, expect, it } from '@jest/globals';
import type { Checkpoint, ExecutionContext } from '../../../sdk/plugin';
import { MemoryDownstream, MemoryDownstreamServer, RemoteDownstream } from '../../../sdk/plugins/memory';

const target = { schema: 'shop', table: 'orders' };
const context: ExecutionContext = { key: 'k', revision: '1', target, signal: new AbortController().signal };
const checkpoint: Checkpoint = { version: 1, position: 3, schemas: [], tables: [] };
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

describe('a downstream in memory of another process', () => {
  it('does for each source what it does in one', async () => {
    const downstream = new MemoryDownstream();
    const server = await MemoryDownstreamServer.start(downstream);
    const [one, two] = [new RemoteDownstream(server.port, 's1'), new RemoteDownstream(server.port, 's2')];
    closing.push(
      () => server.close(),
      () => one.close(),
      () => two.close(),
    );
    expect(await one.execute('CREATE TABLE `shop`.`orders` (id INT PRIMARY KEY)', context)).toEqual({ kind: 'done' });
    expect(await two.execute('CREATE TABLE `shop`.`orders` (id INT)', context)).toEqual({ kind: 'already-done' });
    expect(await two.execute('ALTER', context)).toMatchObject({ kind: 'failed', retryable: false });
    const table = { schema: 'd', table: 't' };
    const insert = (source: string, id: number) => ({
      ...{ target, source, table, change: 'insert' as const, rows: [{ after: { id } }] },
      ...{ columns: ['id'], position: 1, repeated: false },
    });
    await Promise.all([one.apply([insert('s1', 1)], checkpoint), two.apply([insert('s2', 2)], null)]);
    await expect(two.apply([insert('s2', 1)], checkpoint)).rejects.toThrow('Duplicate entry');
    expect(await one.loadPosition()).toEqual(checkpoint);
    expect(await two.loadPosition()).toBeNull();
    expect([...downstream.database.table('shop', 'orders').rows]).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it('that is away fails what waits, and is found again', async () => {
    const downstream = new MemoryDownstream();
    const server = await MemoryDownstreamServer.start(downstream);
    const remote = new RemoteDownstream(server.port, 's1');
    closing.push(() => remote.close());
    expect(await remote.loadPosition()).toBeNull();
    await server.close();
    await expect(remote.loadPosition()).rejects.toThrow('the downstream in memory is away');
  });
});
