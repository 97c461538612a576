import { parseSourceId, parseTaskName } from '../../src/core/model/names';
import type { Mutation } from '../../src/core/model/store';
import { formatDmKey } from '../../src/core/wire/dm-keys';
import type { JsonValue } from '../../src/core/wire/json-reader';
import { subtaskPut } from './dm-values';

/** Plays DM's master and workers in pessimistic mode by a recorded scenario, whose steps have all of their transactions. */
export class PlayedPessimism {
  constructor(private readonly scenario: JsonValue) {}

  /** The subtasks that a dm-master has put before anything else. */
  begin(): Mutation[] {
    const bySource = this.scenario
      .field('taskSources')
      .map((sources, task) =>
        sources.list((source) => subtaskPut(parseTaskName(task), parseSourceId(source.text()), 'pessimistic')),
      );
    return [...bySource.values()].flat();
  }

  /** The transactions of a step, in their order. */
  play(step: JsonValue): Mutation[][] {
    return step
      .field('expect')
      .field('txns')
      .or([], (txns) => txns.list((txn) => [...txn.field('puts').list(put), ...txn.field('deletes').list(deletion)]));
  }
}

function keyOf(write: JsonValue): string {
  const task = parseTaskName(write.field('task').text());
  const source = parseSourceId(write.field('source').text());
  const what = write.field('what').oneOf(['info', 'operation']);
  return formatDmKey({ kind: what === 'info' ? 'pessimistic-info' : 'pessimistic-operation', task, source });
}

function put(write: JsonValue): Mutation {
  return { kind: 'put', key: keyOf(write), value: write.field('value').json() };
}

function deletion(write: JsonValue): Mutation {
  return { kind: 'delete', key: keyOf(write) };
}
