import { LockstepError } from '../../src/core/model/error';
import { formatLockId, parseLockId } from '../../src/core/model/lock-id';
import { parseDownstreamTable, parseTaskName } from '../../src/core/model/names';
import { Shapes } from '../../src/core/table/shapes';
import { dmPrefix, formatDmKey, parseDmKey, splitDmKey } from '../../src/core/wire/dm-keys';
import type { DmKeyKind } from '../../src/core/wire/dm-keys';
import { taskThatDmReads } from './task-that-dm-reads';
import {
  DroppedColumnStages,
  readDroppedColumnStage,
  writeDroppedColumnStage,
} from '../../src/core/wire/dropped-column-stage';
import { JsonValue } from '../../src/core/wire/json-reader';
import { decodeOptimisticOperation, encodeOptimisticOperation } from '../../src/core/wire/optimistic-operation';
import { decodePessimisticInfo, encodePessimisticInfo } from '../../src/core/wire/pessimistic-info';
import { decodePessimisticOperation, encodePessimisticOperation } from '../../src/core/wire/pessimistic-operation';
import { decodeSourceTables, writeSourceTables } from '../../src/core/wire/source-tables';
import type { TableTree } from '../../src/core/wire/source-tables';
import { SchemaReader } from '../../src/core/wire/table-info';
import type { Disagreement, Judge } from './judgement';
import { judgeWireInfo } from './judge-wire-info';
import { WireLine } from './wire-line';

/** DM's names of its kinds of keys. */
const KINDS: ReadonlyMap<string, DmKeyKind> = new Map([
  ['SourceTables', 'optimistic-source-tables'],
  ['optimism.Info', 'optimistic-info'],
  ['optimism.Operation', 'optimistic-operation'],
  ['droppedColumns', 'dropped-column'],
  ['pessimism.Info', 'pessimistic-info'],
  ['pessimism.Operation', 'pessimistic-operation'],
]);

/** Judges each line of a wire file: fields → key and value, exact; key and value → fields. */
export const judgeWire: Judge = (lines, judgement) => {
  const schemas = new SchemaReader(new Shapes());
  for (const [index, raw] of lines.entries()) {
    const line = new WireLine(JsonValue.root(raw, `line ${index + 1}`));
    judgement.cases += 1;
    judgeLine(line, schemas);
    const found = line.differences.map(({ field, expected, actual }): Disagreement => ({
      case: `line ${index + 1} ${line.what}`,
      step: 0,
      field,
      expected,
      actual,
    }));
    if (found.length > 0) judgement.addDisagreement(...found);
    else if (line.refusedEmpty) {
      judgement.addDeviation('P15');
      judgement.addCut(1);
    } else judgement.addAgreement();
  }
};

function judgeLine(line: WireLine, schemas: SchemaReader): void {
  const { what } = line;
  if (what === 'prefix') return judgePrefix(line);
  if (what === 'decodeKey') return judgeDecodeKey(line);
  if (what === 'lockID') return judgeLockId(line);
  if (what === 'pessimism.Info.read') return judgeRead(line);
  const kind = KINDS.get(what);
  if (kind === undefined) return line.differ('what', 'a known kind of line', what);
  judgeKey(line, kind);
  judgeValue(line, kind, schemas);
}

function judgeValue(line: WireLine, kind: DmKeyKind, schemas: SchemaReader): void {
  switch (kind) {
    case 'optimistic-source-tables':
      return judgeSourceTables(line);
    case 'optimistic-info':
      return judgeWireInfo(line, schemas);
    case 'optimistic-operation':
      return judgeOptimisticOperation(line);
    case 'dropped-column':
      return judgeStage(line);
    case 'pessimistic-info':
      return judgePessimisticInfo(line);
    case 'pessimistic-operation':
      return judgePessimisticOperation(line);
    default:
      line.differ('what', 'a kind of line with a value', kind);
  }
}

/** The key of the fields, and the key taken apart again. */
function judgeKey(line: WireLine, kind: DmKeyKind): void {
  const key = line.key ?? '';
  const candidates = partsOfKey(line, kind);
  if (candidates.some((parts) => parts.includes(''))) {
    return line.expectRefusalOfEmpty(() => candidates.map((parts) => dmPrefix(kind, ...parts)));
  }
  // DM puts one key for each column; a line shows one of them.
  const parts = candidates.find((candidate) => dmPrefix(kind, ...candidate) === key);
  if (parts === undefined)
    return line.differ(
      'key',
      key,
      candidates.map((candidate) => dmPrefix(kind, ...candidate)),
    );
  line.compare('key parts', parts, splitDmKey(key)?.parts);
  const parsed = parseDmKey(key);
  line.compare('parsed key', key, parsed === null ? null : formatDmKey(parsed));
}

function partsOfKey(line: WireLine, kind: DmKeyKind): string[][] {
  switch (kind) {
    case 'optimistic-source-tables':
    case 'pessimistic-info':
    case 'pessimistic-operation':
      return [[line.text('task'), line.text('source')]];
    case 'dropped-column': {
      const table = [line.text('source'), line.text('upSchema'), line.text('upTable')];
      return (line.texts('columns') ?? []).map((column) => [line.text('lockID'), column, ...table]);
    }
    default:
      return [[line.text('task'), line.text('source'), line.text('upSchema'), line.text('upTable')]];
  }
}

function judgeSourceTables(line: WireLine): void {
  const level = <T>(value: JsonValue, read: (value: JsonValue) => T): Map<string, T> => value.map(read);
  const tables = line.fields
    .field('tables')
    .nullable((tree): TableTree =>
      level(tree, (down) => level(down, (up) => level(up, (names) => new Set(names.names())))),
    );
  const expected = { task: line.text('task'), source: line.text('source'), tables };
  line.compare(
    'value',
    line.value,
    line.encode(() => writeSourceTables(expected)),
  );
  line.compare('decoded', expected, decodeSourceTables(line.value));
}

function judgeOptimisticOperation(line: WireLine): void {
  const fields = (): ReturnType<typeof decodeOptimisticOperation> => ({
    id: line.text('id'),
    task: line.text('task'),
    source: line.text('source'),
    upSchema: line.text('upSchema'),
    upTable: line.text('upTable'),
    ddls: line.texts('ddls'),
    stage: line.text('conflictStage'),
    message: line.text('conflictMsg'),
    done: line.flag('done'),
    columns: line.texts('cols'),
  });
  line.compare(
    'value',
    line.value,
    line.encode(() => encodeOptimisticOperation(fields())),
  );
  line.compare('decoded', fields(), decodeOptimisticOperation(line.value));
}

function judgePessimisticInfo(line: WireLine): void {
  const fields = (): ReturnType<typeof decodePessimisticInfo> => ({
    task: line.text('task'),
    source: line.text('source'),
    schema: line.text('schema'),
    table: line.text('table'),
    ddls: line.texts('ddls'),
  });
  line.compare(
    'value',
    line.value,
    line.encode(() => encodePessimisticInfo(fields())),
  );
  line.compare('decoded', fields(), decodePessimisticInfo(line.value));
}

function judgePessimisticOperation(line: WireLine): void {
  const fields = (): ReturnType<typeof decodePessimisticOperation> => ({
    id: line.text('id'),
    task: line.text('task'),
    source: line.text('source'),
    ddls: line.texts('ddls'),
    exec: line.flag('exec'),
    done: line.flag('done'),
  });
  line.compare(
    'value',
    line.value,
    line.encode(() => encodePessimisticOperation(fields())),
  );
  line.compare('decoded', fields(), decodePessimisticOperation(line.value));
}

function judgeStage(line: WireLine): void {
  const number = line.fields.field('stage').integer();
  const stage = DroppedColumnStages.find((known) => known === number);
  line.compare('value', line.value, stage === undefined ? null : writeDroppedColumnStage(stage));
  line.compare('decoded', number, readDroppedColumnStage(line.value));
}

function judgePrefix(line: WireLine): void {
  const kind = KINDS.get(line.text('of'));
  if (kind === undefined) return line.differ('of', 'a known kind of key', line.text('of'));
  const parts = line.texts('parts') ?? [];
  const format = (): string => dmPrefix(kind, ...parts);
  if (parts.includes('')) return line.expectRefusalOfEmpty(format);
  line.compare('key', line.key, format());
}

function judgeDecodeKey(line: WireLine): void {
  const kind = KINDS.get(line.text('of'));
  const expected = line.texts('parts');
  const split = (): ReturnType<typeof splitDmKey> => splitDmKey(line.key ?? '');
  if (expected === null) return line.expectRefusal('parts', split);
  if (expected.includes('')) return line.expectRefusalOfEmpty(split);
  line.compare('parts', { kind, parts: expected }, split());
}

function judgeLockId(line: WireLine): void {
  const id = line.text('id');
  const expected = line.text('extractedTask');
  line.compare('extractedTask', expected, taskThatDmReads(id) ?? '');
  if (line.fields.field('task').isPresent) return judgeLockIdParts(line, id);
  // Ours reads the text as a whole, DM by lines and in the middle of anything; where both read one, they agree.
  const parsed = tryParseLockId(id);
  if (parsed !== null && !id.includes('\n')) line.compare('parsed task', expected, parsed.task);
}

function judgeLockIdParts(line: WireLine, id: string): void {
  const [task, schema, table] = [line.text('task'), line.text('schema'), line.text('table')];
  const format = (): string => formatLockId(parseTaskName(task), parseDownstreamTable(schema, table));
  if ([task, schema, table].includes('')) return line.expectRefusalOfEmpty(format);
  line.compare('id', id, format());
  line.compare('parsed', { task, target: { schema, table } }, tryParseLockId(id));
}

function tryParseLockId(id: string): ReturnType<typeof parseLockId> | null {
  try {
    return parseLockId(id);
  } catch (error) {
    if (error instanceof LockstepError) return null;
    throw error;
  }
}

/** Decoding of values that DM doesn't write itself. */
function judgeRead(line: WireLine): void {
  const decode = (): ReturnType<typeof decodePessimisticInfo> => decodePessimisticInfo(line.value);
  if (line.fields.field('error').isPresent) return line.expectRefusal('value', decode);
  const bySource = line.fields.field('infos').map((sources) => sources.map(readInfoFields));
  const expected = [...bySource.values()].flatMap((sources) => [...sources.values()]);
  line.compare('infos', expected, [decode()]);
}

function readInfoFields(info: JsonValue): ReturnType<typeof decodePessimisticInfo> {
  return {
    task: info.field('task').text(),
    source: info.field('source').text(),
    schema: info.field('schema').text(),
    table: info.field('table').text(),
    ddls: info.field('ddls').nullable((ddls) => ddls.list((ddl) => ddl.text())),
  };
}
