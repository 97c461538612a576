import type { Clock, StopTimer } from '../ports/clock';

/** What `asked` comes to; `late` if that takes longer than `patienceMs`. Whether it comes to anything later doesn't matter. */
export async function inTime<T>(clock: Clock, patienceMs: number, asked: Promise<T>, late: () => T): Promise<T> {
  let stop: StopTimer = () => undefined;
  const time = new Promise<void>((resolve) => {
    stop = clock.after(patienceMs, resolve);
  });
  try {
    return await Promise.race([asked, time.then(late)]);
  } finally {
    stop();
  }
}
