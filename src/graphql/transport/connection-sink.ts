import type { Writable } from 'node:stream';

/** Who waits for a stream waits with all others who do. */
const waits = new WeakMap<Writable, Promise<void>>();

/** Resolves when a stream has room again, or is gone. */
export async function untilDrained(stream: Writable): Promise<void> {
  if (stream.destroyed || !stream.writableNeedDrain) return;
  const wait = waits.get(stream) ?? nextDrain(stream);
  waits.set(stream, wait);
  await wait;
}

function nextDrain(stream: Writable): Promise<void> {
  return new Promise<void>((resolve) => {
    const end = (): void => {
      waits.delete(stream);
      stream.off('drain', end).off('close', end);
      resolve();
    };
    stream.on('drain', end).on('close', end);
  });
}
