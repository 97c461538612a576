import { benchCore } from './core';
import { benchEtcd } from './etcd';
import { benchEvents } from './events';
import { benchRead } from './read';
import { benchSdk } from './sdk';
import { benchServer } from './server';
import { benchWorker } from './worker';

/** One line of figures; a figure that it doesn't have is null. */
type Emit = (line: { readonly what: string }) => void;

/** The suites by name. */
const SUITES: Readonly<Record<string, (emit: Emit) => void | Promise<void>>> = {
  core: benchCore,
  server: benchServer,
  events: benchEvents,
  read: benchRead,
  sdk: benchSdk,
  worker: benchWorker,
  etcd: benchEtcd,
};

/**
 * Measures and prints: `npm run --silent bench -- <suite>… [--json]`. With `--json` one object a line, else a table for
 * people. Exit status 2 for a suite that doesn't exist.
 */
async function main(words: readonly string[]): Promise<number> {
  const json = words.includes('--json');
  const names = words.filter((word) => !word.startsWith('--'));
  const unknown = names.find((name) => !Object.hasOwn(SUITES, name));
  if (unknown !== undefined) {
    process.stderr.write(`there is no benchmark ${unknown}; there are: ${Object.keys(SUITES).join(', ')}\n`);
    return 2;
  }
  const emit: Emit = (line) => {
    process.stdout.write(json ? `${JSON.stringify(line)}\n` : formatLine(line));
  };
  for (const name of names.length > 0 ? names : Object.keys(SUITES)) await SUITES[name]?.(emit);
  return 0;
}

function formatLine(line: { readonly what: string }): string {
  const { what, ...figures } = line;
  const cells = Object.entries(figures).map(([name, value]) => `${name} ${formatFigure(value)}`);
  return `${what.padEnd(34)} ${cells.join('  ')}\n`;
}

function formatFigure(value: unknown): string {
  return typeof value === 'number' ? value.toLocaleString('en', { maximumFractionDigits: 2 }) : '-';
}

void main(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
});
