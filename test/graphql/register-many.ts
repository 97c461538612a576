import { expect } from '@jest/globals';
import { ask } from './plain-client';
import { PlainWorker } from './plain-worker';

const HOW_MANY = 200;

/** Register the workers of 200 sources of one task, all at once, in turn at these servers; each must get its session. */
export async function registerMany(urls: readonly string[]): Promise<void> {
  const task = 'many';
  const sources = Array.from({ length: HOW_MANY }, (_, index) => `s${index}`);
  const register = async (source: string, index: number): Promise<unknown> => {
    const url = urls[index % urls.length] ?? '';
    const answer = await new PlainWorker(url, `w-${source}`, task, source, 'PESSIMISTIC').register(sources);
    return answer['__typename'];
  };
  const answers = await Promise.all(sources.map(register));
  expect(answers).toEqual(sources.map(() => 'ShardRegisterWorkerSuccess'));
  const query = '{ shardTask(name: "many") { declared sources { id } } }';
  const stored = await ask<{ declared: boolean; sources: { id: string }[] }>(urls[0] ?? '', query);
  expect(stored.declared).toBe(true);
  expect(new Set(stored.sources.map(({ id }) => id))).toEqual(new Set(sources));
  // When all of them start again the task stays as it is.
  expect(await Promise.all(sources.map(register))).toEqual(answers);
}
