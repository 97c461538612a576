import { benchOptimistic } from '../../bench/core-optimistic';

/** Writes how many bytes each table of a lock takes. @param tables how many it has */
function main([tables = '0']: readonly string[]): void {
  // What is compiled and cached by the first lock isn't counted with the second.
  benchOptimistic('add-column', 4_000, true);
  // Within one turn the first lock may still be held, and let go only while the second is measured.
  setImmediate(() => {
    const { heap_bytes: bytes } = benchOptimistic('add-column', Number(tables), true);
    console.log((bytes ?? Number.NaN) / Number(tables));
  });
}

main(process.argv.slice(2));
