import { LockstepError } from '../../core/model/error';
import type { ApiClient } from './api-client';

/**
 * The sources that dmctl's people mean by their *workers*: a source ID, or the name under which a worker registered.
 * @param task only the worker's sources in this task; null: in any
 * @throws LockstepError SOURCE_NOT_FOUND for a name that is neither
 */
export async function resolveWorkers(
  client: ApiClient,
  names: readonly string[],
  task: string | null,
): Promise<string[]> {
  const found = new Set<string>();
  for (const name of names) for (const source of await resolveWorker(client, name, task)) found.add(source);
  return [...found];
}

async function resolveWorker(client: ApiClient, name: string, task: string | null): Promise<string[]> {
  const source = await client.ask('ShardSourceName', { id: name });
  if (source.isPresent) return [name];
  const worker = await client.ask('ShardWorkerNames', { id: name });
  const sources = worker.or<string[]>([], (registered) =>
    registered
      .field('assignments')
      .list((each) => ({ task: each.field('taskName').text(), source: each.field('sourceId').text() }))
      .filter((each) => task === null || each.task === task)
      .map((each) => each.source),
  );
  if (sources.length > 0) return sources;
  const where = task === null ? '' : ` of task ${task}`;
  throw new LockstepError(
    'SOURCE_NOT_FOUND',
    `${name} is neither a source${where} nor a worker that is registered now`,
    {
      worker: name,
    },
  );
}

/** One source for one name. @throws LockstepError SOURCE_NOT_FOUND, INVALID_INPUT if a worker has several sources */
export async function resolveOneWorker(client: ApiClient, name: string, task: string | null): Promise<string> {
  const [source = '', ...others] = await resolveWorker(client, name, task);
  if (others.length === 0) return source;
  throw new LockstepError(
    'INVALID_INPUT',
    `worker ${name} works for ${[source, ...others].join(', ')}; name one of these sources`,
    { worker: name },
  );
}
