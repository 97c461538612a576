import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { open } from 'lmdb';
import type { Database, RootDatabase } from 'lmdb';
import { LockstepError } from '../../core/model/error';
import { checkDataFile } from './data-file';
import { DirectoryLock, LOCK_FILE } from './directory-lock';

type Table = Database<Buffer, Buffer>;

/** An open directory: LMDB's tables, and the lock that makes them ours. */
export interface Environment {
  readonly root: RootDatabase<Buffer, Buffer>;
  /** The keys as they are. By `encodeKey`. */
  readonly keys: Table;
  /** Values that were replaced or deleted and whose end is still in the history. By `encodePastKey`. */
  readonly past: Table;
  /** What each revision changed; the last one is the store's revision. By `encodeRevisionKey`. */
  readonly revisions: Table;
  /** Time to live by lease. */
  readonly leases: Table;
  /** The keys of the leases. By `encodeAttachment`. */
  readonly attachments: Table;
  readonly lock: DirectoryLock;
}

/** LMDB's tables. */
export type OpenTables = Omit<Environment, 'lock'>;

/** The version of the layout that this program writes. */
const FORMAT = 1;
const FORMAT_KEY = Buffer.from('lockstep store format');

const DATA_FILE = 'data.mdb';
const OWN_FILES = new Set([LOCK_FILE, DATA_FILE, 'lock.mdb']);

const BINARY = { keyEncoding: 'binary', encoding: 'binary' } as const;

/**
 * Open a directory, making it if it isn't there.
 * @throws LockstepError STORE_IN_USE, STORE_FOREIGN (holds other files, or a newer layout), STORE_DAMAGED
 */
export function openEnvironment(directory: string): Environment {
  makeDirectory(directory);
  refuseForeignFiles(directory);
  const lock = new DirectoryLock(directory);
  try {
    checkDataFile(join(directory, DATA_FILE));
    return { ...openTables(directory), lock };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/**
 * Open a directory for reading only, also while another process has it. Its structure is checked unless somebody has it,
 * who has checked it then.
 * @throws LockstepError INVALID_INPUT (there is no store), STORE_FOREIGN, STORE_DAMAGED
 */
export function openReadOnly(directory: string): OpenTables {
  if (!existsSync(join(directory, DATA_FILE))) {
    throw new LockstepError('INVALID_INPUT', `${directory} holds no store: it has no ${DATA_FILE}`, { directory });
  }
  refuseForeignFiles(directory);
  try {
    const lock = new DirectoryLock(directory);
    try {
      checkDataFile(join(directory, DATA_FILE));
    } finally {
      lock.release();
    }
  } catch (error) {
    if (!(error instanceof LockstepError) || error.code !== 'STORE_IN_USE') throw error;
  }
  return openTables(directory, true);
}

function openTables(directory: string, readOnly = false): OpenTables {
  const root = open<Buffer, Buffer>({
    path: directory,
    readOnly,
    noSubdir: false,
    // Keys of up to 4,026 bytes instead of 1,978: DM's keys are hex and name up to five things.
    pageSize: 8192,
    maxDbs: 8,
    // A commit is answered when it is on disk, not before.
    overlappingSync: false,
    ...BINARY,
  });
  const format = readFormat(root, directory);
  const table = (name: string) => root.openDB(name, BINARY);
  const tables = {
    root,
    keys: table('keys'),
    past: table('past'),
    revisions: table('revisions'),
    leases: table('leases'),
    attachments: table('attachments'),
  };
  if (format === null && !readOnly) {
    root.putSync(FORMAT_KEY, Buffer.from(JSON.stringify({ format: FORMAT })));
    syncDirectory(directory);
  }
  return tables;
}

/** The layout's version; null in a new directory. */
function readFormat(root: RootDatabase<Buffer, Buffer>, directory: string): number | null {
  const stored = root.get(FORMAT_KEY);
  const others = root.getKeysCount({ limit: 20 });
  if (stored === undefined && others === 0) return null;
  const format = stored === undefined ? null : parseFormat(stored.toString());
  if (format === FORMAT) return format;
  void root.close();
  if (format === null) throw foreign(directory, 'its data file was written by another program');
  throw foreign(directory, `its layout has version ${format}, this program knows ${FORMAT}`);
}

function parseFormat(text: string): number | null {
  const match = /^\{"format":(\d+)/u.exec(text);
  return match === null ? null : Number(match[1]);
}

function makeDirectory(directory: string): void {
  if (existsSync(directory)) {
    if (!statSync(directory).isDirectory()) throw foreign(directory, 'it is a file');
    return;
  }
  mkdirSync(directory, { recursive: true });
  syncDirectory(dirname(resolve(directory)));
}

function refuseForeignFiles(directory: string): void {
  const names = readdirSync(directory).filter((name) => name !== 'lost+found');
  const other = names.find((name) => !OWN_FILES.has(name));
  if (other !== undefined) throw foreign(directory, `it holds ${other}`);
}

/** A new file can be lost with its directory's entry, which has to be written too. */
function syncDirectory(directory: string): void {
  const fd = openSync(directory, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function foreign(directory: string, why: string): LockstepError {
  return new LockstepError('STORE_FOREIGN', `${directory} holds no store of this program: ${why}`, { directory });
}
