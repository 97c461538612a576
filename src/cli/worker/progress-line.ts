import type { WorkerEvent } from '../../../sdk';

/** An event as one line: its kind, then what it tells, as `name=value`. Control characters are written, not sent. */
export function progressLine({ kind, ...fields }: WorkerEvent): string {
  const parts = Object.entries(fields).map(([name, value]) => `${name}=${textOf(value)}`);
  return [kind, ...parts].join(' ');
}

function textOf(value: unknown): string {
  if (value instanceof Error) return JSON.stringify(value.message);
  if (isTable(value)) return `${value.schema}.${value.table}`;
  return JSON.stringify(value);
}

function isTable(value: unknown): value is { readonly schema: string; readonly table: string } {
  return typeof value === 'object' && value !== null && 'schema' in value && 'table' in value;
}
