import { benchCore } from './core';
import type { BenchLine } from './bench-line';

/** The suites by name. */
const SUITES: Readonly<Record<string, (emit: (line: BenchLine) => void) => void>> = { core: benchCore };

/**
 * Measures and prints: `npm run --silent bench -- <suite>… [--json]`. With `--json` one object a line, else a table for
 * people. Exit status 2 for a suite that doesn't exist.
 */
function main(words: readonly string[]): number {
  const json = words.includes('--json');
  const names = words.filter((word) => !word.startsWith('--'));
  const unknown = names.find((name) => !Object.hasOwn(SUITES, name));
  if (unknown !== undefined) {
    process.stderr.write(`there is no benchmark ${unknown}; there are: ${Object.keys(SUITES).join(', ')}\n`);
    return 2;
  }
  const emit = (line: BenchLine): void => {
    process.stdout.write(json ? `${JSON.stringify(line)}\n` : formatLine(line));
  };
  for (const name of names.length > 0 ? names : Object.keys(SUITES)) SUITES[name]?.(emit);
  return 0;
}

function formatLine(line: BenchLine): string {
  const { what, ...figures } = line;
  const cells = Object.entries(figures).map(
    ([name, value]) => `${name} ${value === null ? '-' : value.toLocaleString('en', { maximumFractionDigits: 2 })}`,
  );
  return `${what.padEnd(34)} ${cells.join('  ')}\n`;
}

process.exitCode = main(process.argv.slice(2));
