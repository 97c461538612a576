import type { UpstreamTable } from '../model/names';
import { quoteTable } from '../model/quote';

/** How many names a sentence holds. */
const NAMES_SHOWN = 3;

/** How much of a list of DDLs a sentence holds, in characters. */
const DDL_CHARACTERS = 300;

/** An upstream table, for example ``mysql-01 `db`.`t1` ``. */
export function tableText({ source, schema, table }: UpstreamTable): string {
  return `${source} ${quoteTable(schema, table)}`;
}

/** A moment to the second, in UTC. */
export function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** ` since …`; nothing if nobody knows. */
export function sinceText(ms: number | null): string {
  return ms === null ? '' : ` since ${timeText(ms)}`;
}

/**
 * The first names of a list, and how many there are beyond.
 * @param total how many there are in all, if `names` holds only the first of them
 */
export function listText(names: readonly string[], total = names.length): string {
  const shown = names.slice(0, NAMES_SHOWN);
  const more = total - shown.length;
  if (more > 0) return `${shown.join(', ')} and ${more} more`;
  const last = shown.at(-1) ?? 'nobody';
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(', ')} and ${last}`;
}

/** DDLs in one line, shortened. */
export function ddlsText(ddls: readonly string[]): string {
  const text = ddls.join('; ');
  return text.length <= DDL_CHARACTERS ? text : `${text.slice(0, DDL_CHARACTERS)}…`;
}

/** A number with its noun. */
export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
