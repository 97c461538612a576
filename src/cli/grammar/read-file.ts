import { readFileSync } from 'node:fs';
import { LockstepError } from '../../core/model/error';

/** Why files can't be read, in words, by the codes of the system. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'it may not be read by this user',
  EPERM: 'it may not be read by this user',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of its path is no directory',
};

/**
 * The text of a file that a person has named.
 * @param what what the file is to him, for example `the token file`
 * @param field the flag, or the place in a configuration, that names it
 * @throws LockstepError INVALID_INPUT
 */
export function readNamedFile(path: string, what: string, field: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new LockstepError('INVALID_INPUT', `${what} ${path} can't be read: ${reasonOf(error)}`, { field });
  }
}

function reasonOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return REASONS[code] ?? String(error);
}
