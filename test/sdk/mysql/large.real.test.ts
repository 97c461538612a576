import { describe, expect, it, jest } from '@jest/globals';
import { MySqlUpstream } from '../../../sdk/plugins/mysql';
import type { MergeStage, Shard } from './merge-stage';
import { wordsOf } from './server-words';
import { useScene } from './use-scene';

jest.setTimeout(120_000);

const scene = useScene(['--max-allowed-packet=16M']);

const COLUMNS =
  '(id INT PRIMARY KEY, b LONGBLOB, t LONGTEXT, g LONGTEXT CHARACTER SET gbk, l LONGTEXT CHARACTER SET latin1)';

const KIB = 1_024;

/** Values that take so many bytes as they are: binary, of several bytes a character, with much to escape. */
const rowOf = (id: number, bytes: number): string =>
  `(${id}, REPEAT(x'00ff2780', ${bytes / 4}), REPEAT('ä😀''', ${Math.floor(bytes / 7)}), REPEAT('中', ${bytes / 2}), REPEAT('ÿ\\\\', ${bytes / 4}))`;

/** What servers take at once from connections that are opened from now on. */
async function allow(bytes: number, ...where: readonly ('sources' | 'downstream')[]): Promise<void> {
  const { sources, downstream } = scene();
  for (const name of where)
    for (const database of name === 'sources' ? sources : [downstream])
      await database.execute(`SET GLOBAL max_allowed_packet = ${bytes}`);
}

/** Where the log of the first source ends. */
async function logEnd(): Promise<{ readonly file: string; readonly offset: number }> {
  const [row] = await scene().sources[0].use((connection) => connection.rows(wordsOf(scene().sources[0]).logStatus));
  return { file: row?.text('File') ?? '', offset: row?.number('Position') ?? 0 };
}

const firstOf = ({ shards: [first] }: MergeStage): Shard => {
  if (first === undefined) throw new Error('three shards');
  return first;
};

describe.each([
  ['with a key', COLUMNS],
  ['without a key', COLUMNS.replace('INT PRIMARY KEY', 'INT NOT NULL')],
])('large rows of tables %s', (_what, columns) => {
  it('arrive where a packet is hardly larger than a value, from snapshot and log', async () => {
    await allow(128 * KIB, 'downstream');
    const upstream = { start: { kind: 'snapshot' } } as const;
    const before = async (stage: MergeStage): Promise<void> => {
      await stage.on(firstOf(stage), `INSERT INTO {t} VALUES ${rowOf(1, 100 * KIB)}, ${rowOf(2, 8)}, ${rowOf(3, KIB)}`);
      // What functions make of longer values is NULL from now on.
      await allow(64 * KIB, 'sources');
    };
    try {
      await scene().play({ mode: 'optimistic', columns, upstream, before }, async (stage) => {
        await stage.merged();
        await allow(16 * KIB * KIB, 'sources');
        const first = firstOf(stage);
        await stage.on(
          first,
          `INSERT INTO {t} VALUES ${Array.from({ length: 20 }, (_, index) => rowOf(index + 10, 8 * KIB)).join(', ')}`,
          `INSERT INTO {t} VALUES ${rowOf(4, 100 * KIB)}`,
          // Another key; of a row without one all values of before are in the statement.
          'UPDATE {t} SET id = 5 WHERE id = 3',
          "UPDATE {t} SET b = CONCAT(b, 'x'), t = REPEAT('y', 100000) WHERE id IN (2, 5)",
        );
      });
    } finally {
      await allow(16 * KIB * KIB, 'sources', 'downstream');
    }
  });
});

/** Resolves with the error with which a worker has ended. */
const ended = (stage: MergeStage): Promise<unknown> =>
  stage
    .until('it ends', () => false)
    .then(
      () => null,
      (error: unknown) => (error instanceof Error ? error.cause : error),
    );

describe('what is larger than a server takes', () => {
  it('ends the worker with the row, its size, the server and what to raise there; then it goes on', async () => {
    await scene().play({ mode: 'optimistic', columns: COLUMNS }, async (stage) => {
      const first = firstOf(stage);
      await stage.merged();
      await stage.stop(0);
      await allow(128 * KIB, 'downstream');
      await stage.start(0);
      await stage.on(first, `INSERT INTO {t} VALUES ${rowOf(6, 8)}, (7, REPEAT('x', 200000), 'y', 'z', NULL)`);
      const { port } = scene().downstream;
      expect(await ended(stage)).toMatchObject({
        code: 'PACKET_TOO_LARGE',
        message: expect.stringContaining(
          `a value of a row of \`${stage.name}\`.\`t\` with id = 7 takes 200000 bytes, and 127.0.0.1:${port} takes ${128 * KIB - 16} at once: SET GLOBAL max_allowed_packet = ${256 * KIB} there`,
        ),
      });
      await stage.stop(0).catch(() => undefined);
      await allow(256 * KIB, 'downstream');
      await stage.start(0);
    });
    await allow(16 * KIB * KIB, 'downstream');
  });

  it('is a DDL that pauses its shard', async () => {
    await scene().play({ mode: 'optimistic', columns: COLUMNS }, async (stage) => {
      await stage.stop(0);
      await allow(16 * KIB, 'downstream');
      await stage.start(0);
      const members = Array.from({ length: 1_000 }, (_, index) => `'member ${index} of many'`).join(', ');
      const add = `ALTER TABLE {t} ADD COLUMN e ENUM(${members})`;
      await stage.on(firstOf(stage), add);
      await stage.untilTold(0, 'paused', ({ error }) =>
        /the statement ALTER TABLE .* takes \d+ bytes, and .* SET GLOBAL max_allowed_packet = 32768/u.test(
          error.message,
        ),
      );
      await stage.stop(0);
      await allow(16 * KIB * KIB, 'downstream');
      await stage.start(0, { isCaughtUp: false });
      for (const shard of stage.shards.slice(1)) await stage.on(shard, add);
    });
  });

  it('is what a place of the log seems to hold where no event begins', async () => {
    const { sources } = scene();
    await sources[0].execute(
      'CREATE DATABASE places',
      'CREATE TABLE places.t (id INT PRIMARY KEY, v TEXT)',
      'FLUSH BINARY LOGS',
      "INSERT INTO places.t VALUES (1, REPEAT('x', 5000))",
    );
    const { file, offset } = await logEnd();
    const upstream = new MySqlUpstream({ address: sources[0].address, heartbeatMs: 100 });
    const reading = upstream.read({ file, offset: offset - 1_000, event: 0 }, new AbortController().signal);
    await expect(reading.next()).rejects.toMatchObject({
      code: 'PACKET_TOO_LARGE',
      message: expect.stringMatching(/raise max_allowed_packet on the upstream, unless .*SHOW BINLOG EVENTS/u),
    });
    await upstream.close();
  });
});
