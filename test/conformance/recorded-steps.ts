import { parseUpstreamTable } from '../../src/core/model/names';
import type { UpstreamTable } from '../../src/core/model/names';
import type { JsonValue } from '../../src/core/wire/json-reader';
import type { DmOptimisticOperation } from '../../src/core/wire/optimistic-operation';

/** The upstream table that a step names. */
export function tableOf(step: JsonValue): UpstreamTable {
  return parseUpstreamTable(step.field('source').text(), step.field('schema').text(), step.field('table').text());
}

/** An operation as the recordings write it; ID and task are left empty. */
export function recordedOperation(value: JsonValue): DmOptimisticOperation {
  const texts = (name: string): string[] | null =>
    value.field(name).nullable((list) => list.list((text) => text.text()));
  return {
    id: '',
    task: '',
    source: value.field('source').text(),
    upSchema: value.field('schema').text(),
    upTable: value.field('table').text(),
    ddls: texts('ddls'),
    stage: value.field('conflictStage').text(),
    message: value.field('conflictMsg').text(),
    done: value.field('done').boolean(),
    columns: texts('cols'),
  };
}
