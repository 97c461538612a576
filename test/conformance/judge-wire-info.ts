import { parseSourceId, parseTaskName } from '../../src/core/model/names';
import type { KnownSchema } from '../../src/core/table/known-schema';
import { OptimisticInfoReader, writeOptimisticInfo } from '../../src/core/wire/optimistic-info';
import type { SchemaReader } from '../../src/core/wire/table-info';
import type { WireLine } from './wire-line';

/** Judges the value of an optimistic info; its key is judged elsewhere. */
export function judgeWireInfo(line: WireLine, schemas: SchemaReader): void {
  const { fields } = line;
  const texts = fields.field('tableInfosAfter').nullable((list) => list.list((info) => info.json()));
  const before = fields.field('tableInfoBefore').nullable((info) => schemas.read(info.json()));
  const after = texts === null ? null : texts.map((text) => schemas.read(text));
  const info = (): Parameters<typeof writeOptimisticInfo>[0] => ({
    task: parseTaskName(line.text('task')),
    table: { source: parseSourceId(line.text('source')), schema: line.text('upSchema'), table: line.text('upTable') },
    target: { schema: line.text('downSchema'), table: line.text('downTable') },
    ddls: line.texts('ddls'),
    before,
    after,
    ignoreConflict: line.flag('ignoreConflict'),
  });
  line.compare(
    'value',
    line.value,
    line.encode(() => writeOptimisticInfo(info())),
  );
  const read = (): unknown => {
    const { before: readBefore, after: readAfter, ...rest } = new OptimisticInfoReader(schemas).read(line.value);
    return { ...rest, before: idOf(readBefore), after: readAfter.map(idOf) };
  };
  // Without a target there is no lock ID, which is a part of keys.
  if (line.text('downSchema') === '' || line.text('downTable') === '') return line.expectRefusalOfEmpty(read);
  const expected = info();
  line.compare(
    'decoded',
    { ...expected, ddls: expected.ddls ?? [], before: idOf(before), after: (after ?? []).map(idOf) },
    read(),
  );
}

/** Schemas are compared by what they are, not by the name of the table, which isn't part of it. */
function idOf(known: KnownSchema | null): string | null {
  return known === null ? null : known.shape.fingerprint;
}
