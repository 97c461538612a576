import { judgeDdl } from './judge-ddl';
import { judgeOptimistic } from './judge-optimistic';
import { judgePairs } from './judge-pairs';
import { judgePessimistic } from './judge-pessimistic';
import { judgeShowLocks } from './judge-show-locks';
import { judgeTables } from './judge-tables';
import { judgeWire } from './judge-wire';
import type { Judge } from './judgement';
import { UnusableFile } from './vector-file';

/** One kind of recorded file. */
export interface FileKind {
  readonly name: string;
  /** Fields that a first line of this kind has, and no other kind has together. */
  readonly fields: readonly string[];
  /** Null: nothing replays this kind yet. */
  readonly judge: Judge | null;
}

/** The kinds of files, told by the fields of their first line. */
const KINDS: readonly FileKind[] = [
  { name: 'ddl', fields: ['sql', 'isDDL'], judge: judgeDdl },
  { name: 'schema-tables', fields: ['sql', 'info', 'canon'], judge: judgeTables },
  { name: 'schema-pairs', fields: ['a', 'b', 'compare'], judge: judgePairs },
  { name: 'optimistic', fields: ['steps', 'schemas', 'downTable'], judge: judgeOptimistic },
  { name: 'pessimistic', fields: ['steps', 'taskSources'], judge: judgePessimistic },
  { name: 'show-locks', fields: ['what', 'dmctl'], judge: judgeShowLocks },
  { name: 'wire', fields: ['what', 'fields'], judge: judgeWire },
];

/** The kind of the file whose lines these are. @throws UnusableFile with the fields that were found */
export function kindOf(path: string, lines: readonly unknown[]): FileKind {
  const [first] = lines;
  const found = typeof first === 'object' && first !== null ? Object.keys(first) : [];
  const kind = KINDS.find(({ fields }) => fields.every((field) => found.includes(field)));
  if (kind !== undefined) return kind;
  throw new UnusableFile(`${path}: unknown kind; its first line has the fields ${found.sort().join(', ') || '(none)'}`);
}
