import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ConflictStages } from '../../../src/core/model/conflict-stage';
import { formatLockId } from '../../../src/core/model/lock-id';
import { parseDownstreamTable, parseSourceId, parseTaskName, parseUpstreamTable } from '../../../src/core/model/names';
import { readDmAliveWorker, readDmBoundWorker, readDmRegisteredWorker } from '../../../src/core/wire/dm-workers';
import { readDroppedColumnStage, writeDroppedColumnStage } from '../../../src/core/wire/dropped-column-stage';
import {
  decodeOptimisticOperation,
  encodeOptimisticOperation,
  readOptimisticOperation,
  writeOptimisticOperation,
} from '../../../src/core/wire/optimistic-operation';
import {
  decodePessimisticInfo,
  readPessimisticInfo,
  writePessimisticInfo,
} from '../../../src/core/wire/pessimistic-info';
import { readPessimisticOperation, writePessimisticOperation } from '../../../src/core/wire/pessimistic-operation';
import { listRoutes, readSourceTables, tableTreeOf, writeSourceTables } from '../../../src/core/wire/source-tables';

const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).filter((text) => !text.includes('\0'));
const texts = fc.option(fc.array(fc.string({ unit: 'grapheme', maxLength: 8 }), { maxLength: 3 }), { nil: null });
const SEED = { seed: 11 };

/** Every way to end a text early must be refused, never read as something else. */
function expectTruncationsRefused(text: string, read: (text: string) => unknown): void {
  for (let length = 0; length < text.length; length += 1) {
    expect(() => read(text.slice(0, length))).toThrow(expect.objectContaining({ code: 'UNREADABLE_VALUE' }));
  }
}

describe('source tables', () => {
  it.each([
    '{"task":"t","source":"s","tables":null}',
    '{"task":"t","source":"s","tables":{}}',
    '{"task":"t","source":"s","tables":{"B":{"x":{"d":{"t1":{},"t2":{}}}},"a":{}}}',
  ])('come back byte for byte: %s', (text) => {
    expect(writeSourceTables(readSourceTables(text))).toBe(text);
  });

  it('are sorted on every level, whatever order they were in', () => {
    const text = '{"tables":{"b":{"y":{"2":{"b":{},"a":null},"10":{"c":{"x":1}}},"x":null}},"source":"s","task":"t"}';
    expect(writeSourceTables(readSourceTables(text))).toBe(
      '{"task":"t","source":"s","tables":{"b":{"x":{},"y":{"10":{"c":{}},"2":{"a":{},"b":{}}}}}}',
    );
  });

  it('are the tree of their routes', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(name, name, name, name), { selector: (parts) => parts.join('\0') }),
        (rows) => {
          const routes = rows.map(([a, b, c, d]) => ({
            target: parseDownstreamTable(a, b),
            table: parseUpstreamTable('s', c, d),
          }));
          const tables = { task: parseTaskName('t'), source: parseSourceId('s'), tables: tableTreeOf(routes) };
          expect(new Set(listRoutes(tables))).toEqual(new Set(routes));
          expect(new Set(listRoutes(readSourceTables(writeSourceTables(tables))))).toEqual(new Set(routes));
        },
      ),
      SEED,
    );
  });

  it.each([
    ['{"task":"t","source":"s","tables":[]}', 'tables'],
    ['{"task":"t","source":"s","tables":{"a":{"b":{"c":{"d":1}}}}}', 'tables.a.b.c.d'],
    ['{"task":"","source":"s"}', ''],
    ['{"task":"t","source":"s","tables":{"":{"b":{"c":{"d":{}}}}}}', ''],
    ['{"task":"t","source":"s","tables":{"a":{"b":{"c":{"":{}}}}}}', ''],
    ['{"task":1}', 'task'],
  ])('that are damaged are refused: %s', (text, path) => {
    expect(() => readSourceTables(text, 'key')).toThrow(
      expect.objectContaining({ code: 'UNREADABLE_VALUE', fields: { where: 'key', path } }),
    );
  });
});

describe('optimistic operations', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(
        name,
        name,
        texts,
        texts,
        fc.constantFrom(...ConflictStages),
        fc.boolean(),
        (a, b, ddls, columns, stage, done) => {
          const operation = {
            lockId: formatLockId(parseTaskName(a), parseDownstreamTable(b, a)),
            task: parseTaskName(a),
            table: parseUpstreamTable(a, b, a),
            ddls,
            stage,
            message: b,
            done,
            columns,
          };
          expect(readOptimisticOperation(writeOptimisticOperation(operation))).toEqual(operation);
        },
      ),
      SEED,
    );
  });

  const good =
    '{"id":"t-`a`.`b`","task":"t","source":"s","up-schema":"c","up-table":"d","ddls":null,"conflict-stage":"none","conflict-message":"","done":false,"cols":null}';

  it('are refused when cut off', () => {
    expectTruncationsRefused(good, (text) => readOptimisticOperation(text));
  });

  it('without a stage, as DM may hold them, have none; and are rewritten as they were', () => {
    const text = good.replace('"none"', '""');
    expect(readOptimisticOperation(text).stage).toBe('none');
    expect(encodeOptimisticOperation(decodeOptimisticOperation(text))).toBe(text);
  });

  it.each([
    [good.replace('"none"', '"on fire"'), 'unknown conflict-stage \\"on fire\\"'],
    [good.replace('t-`a`.`b`', 'x'), 'not a lock ID'],
    [good.replace('"up-table":"d"', '"up-table":""'), 'upstream table must not be empty'],
    [good.replace('"task":"t"', '"task":"a\\u0000b"'), 'task must not contain NUL'],
    [good.replace('"ddls":null', '"ddls":[1]'), 'ddls[0]: expected a string'],
    [good.replace('"done":false', '"done":0'), 'done: expected true or false'],
    ['null', 'not a lock ID'],
    ['[]', 'expected an object'],
  ])('that are damaged are refused: %s', (text, reason) => {
    expect(() => readOptimisticOperation(text, 'key')).toThrow(
      expect.objectContaining({
        code: 'UNREADABLE_VALUE',
        message: expect.stringContaining(reason.replaceAll('\\"', '"')),
        fields: expect.objectContaining({ where: 'key' }),
      }),
    );
  });
});

describe('pessimistic infos and operations', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(name, name, texts, fc.boolean(), fc.boolean(), (a, b, ddls, exec, done) => {
        const task = parseTaskName(a);
        const source = parseSourceId(b);
        const target = parseDownstreamTable(b, a);
        const info = { task, source, target, ddls: ddls ?? [] };
        const operation = { lockId: formatLockId(task, target), task, source, ddls, exec, done };
        expect(readPessimisticInfo(writePessimisticInfo(info))).toEqual(info);
        expect(readPessimisticOperation(writePessimisticOperation(operation))).toEqual(operation);
      }),
      SEED,
    );
  });

  it('are refused when cut off', () => {
    expectTruncationsRefused('{"task":"t","source":"s","schema":"a","table":"b","ddls":["x"]}', (text) =>
      readPessimisticInfo(text),
    );
    expectTruncationsRefused(
      '{"id":"t-`a`.`b`","task":"t","source":"s","ddls":["x"],"exec":true,"done":false}',
      (text) => readPessimisticOperation(text),
    );
  });

  it('are decoded as DM does even where we refuse them', () => {
    expect(decodePessimisticInfo('{"task":"t","source":"s"}')).toEqual({
      task: 't',
      source: 's',
      schema: '',
      table: '',
      ddls: null,
    });
    expect(() => readPessimisticInfo('{"task":"t","source":"s"}')).toThrow('downstream schema must not be empty');
  });
});

describe('stages of dropped columns', () => {
  it.each([0, 1, 2] as const)('%d', (stage) => {
    expect(readDroppedColumnStage(writeDroppedColumnStage(stage))).toBe(stage);
    expect(readDroppedColumnStage(` ${stage}\n`)).toBe(stage);
  });

  it.each(['', '3', '-1', '00', '1.0', '"1"', 'null', '１', '1 2'])('refuses %j', (text) => {
    expect(() => readDroppedColumnStage(text, 'key')).toThrow(
      expect.objectContaining({ code: 'UNREADABLE_VALUE', fields: { where: 'key', path: '' } }),
    );
  });
});

describe('workers of a DM cluster', () => {
  it('are read', () => {
    expect(readDmRegisteredWorker('{"name":"w1","addr":"10.0.0.1:8262"}')).toEqual({
      name: 'w1',
      address: '10.0.0.1:8262',
    });
    expect(readDmAliveWorker('{"worker-name":"w1","join-time":"2026-06-01T10:00:00.123456789+08:00"}')).toEqual({
      name: 'w1',
      joinTime: '2026-06-01T10:00:00.123456789+08:00',
    });
    expect(readDmBoundWorker('{"source":"s1","worker":"w1"}')).toEqual({ name: 'w1', source: 's1' });
  });

  it.each([
    [(): unknown => readDmRegisteredWorker('{"addr":"x"}', 'key'), 'name'],
    [(): unknown => readDmAliveWorker('{"worker-name":5}', 'key'), 'worker-name'],
    [(): unknown => readDmBoundWorker('{"worker":"w","source":""}', 'key'), 'source'],
  ])('are refused when damaged', (read, path) => {
    expect(read).toThrow(expect.objectContaining({ code: 'UNREADABLE_VALUE', fields: { where: 'key', path } }));
  });
});
