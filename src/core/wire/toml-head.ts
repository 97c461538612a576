import { OTHER, TomlCursor } from './toml-cursor';

/**
 * The texts and booleans among the keys of a TOML text before its first table header, which is all that is needed of
 * DM's configurations; values of other types, dotted keys and every table are passed over.
 * @param where names the key of the store, or the kind of value, in errors
 * @throws LockstepError UNREADABLE_VALUE with `where` and the line; also if a key comes twice
 */
export function readTomlHead(text: string, where: string): Map<string, string | boolean> {
  const cursor = new TomlCursor(text, where);
  const head = new Map<string, string | boolean>();
  const seen = new Set<string>();
  while (cursor.next() === 'key') {
    const path = cursor.readKey();
    const value = cursor.readValue();
    const name = path.join('.');
    if (seen.has(name)) cursor.fail(`key ${name} comes twice`);
    seen.add(name);
    if (value !== OTHER && path.length === 1) head.set(name, value);
    cursor.endLine();
  }
  return head;
}
