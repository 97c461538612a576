import { ShardWorker } from '../../sdk';
import type { DownstreamPlugin, UpstreamEvent, UpstreamPlugin } from '../../sdk';
import { InProcessServer } from '../../sdk/testing';

/** What one source's log holds: a plugin of yours reads a binlog here. Positions are whatever you like, as JSON. */
const LOG: readonly UpstreamEvent[] = [
  {
    kind: 'rows',
    position: 1,
    table: { schema: 'shop_1', table: 'orders_1' },
    change: 'insert',
    rows: [{ after: { id: 1 } }],
  },
  { kind: 'ddl', position: 2, schema: 'shop_1', sql: 'ALTER TABLE orders_1 ADD COLUMN price INT' },
  {
    kind: 'rows',
    position: 3,
    table: { schema: 'shop_1', table: 'orders_1' },
    change: 'insert',
    rows: [{ after: { id: 2, price: 7 } }],
  },
  { kind: 'idle', position: 3 },
];

const upstream: UpstreamPlugin = {
  tables: () => Promise.resolve([{ schema: 'shop_1', table: 'orders_1' }]),
  createTable: () => Promise.resolve('CREATE TABLE orders_1 (id INT PRIMARY KEY)'),
  async *read(from, signal) {
    const begin = typeof from === 'number' ? from : 0;
    for (const event of LOG) if (Number(event.position) > begin || event.kind === 'idle') yield event;
    // Nothing more comes: wait until the worker stops.
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
  },
  compare: (a, b) => Number(a) - Number(b),
  close: () => Promise.resolve(),
};

/** Where everything goes: a plugin of yours talks to a database here. What it did is kept for the reader of this guide. */
export const done: string[] = [];

const downstream: DownstreamPlugin = {
  execute: (ddl) => {
    done.push(ddl);
    // A database says "duplicate column" when it has done so before: then `already-done` is the answer.
    return Promise.resolve({ kind: 'done' });
  },
  apply: (changes) => {
    for (const { target, rows } of changes)
      for (const { after } of rows) done.push(`${target.schema}.${target.table} ${JSON.stringify(after)}`);
    return Promise.resolve();
  },
  // It stores positions together with the rows, so the worker needs no checkpoints of its own.
  storesPositions: true,
  loadPosition: () => Promise.resolve(null),
  close: () => Promise.resolve(),
};

/** A worker against a coordinator in this process; against a real one, give `url` instead of `transport`. */
export async function runGuide(): Promise<void> {
  const server = await InProcessServer.start();
  const worker = await ShardWorker.create({
    transport: server.connect(), // url: 'http://127.0.0.1:4000/graphql'
    name: 'worker-1',
    task: 'merge-orders',
    mode: 'optimistic',
    source: 'mysql-01',
    routes: [{ schemaPattern: 'shop_*', tablePattern: 'orders_[0-9]*', targetSchema: 'shop', targetTable: 'orders' }],
    upstream,
    downstream,
  });
  const stop = new AbortController();
  worker.events.on('paused', ({ error }) => done.push(`${error.message} ${error.help}`));
  worker.events.on('caught-up', () => stop.abort());
  await worker.run({ signal: stop.signal });
  await server.stop();
}
