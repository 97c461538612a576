import type { AlterSpec, PartitionAction } from './ast';

type SimpleSpec = Exclude<AlterSpec, { kind: 'keys' | 'validation' | 'tablespace' | 'fixed' | 'partitions' }>;

const Numbers: Readonly<Record<SimpleSpec['kind'], number>> = {
  options: 1,
  'convert-charset': 1,
  'add-column': 2,
  'add-columns': 2,
  'add-constraint': 3,
  'drop-column': 4,
  'drop-primary-key': 5,
  'drop-index': 6,
  'drop-foreign-key': 7,
  'modify-column': 8,
  'change-column': 9,
  'rename-column': 10,
  'rename-table': 11,
  'set-default': 12,
  'drop-default': 12,
  'column-visibility': 0,
  lock: 13,
  algorithm: 15,
  'rename-index': 16,
  force: 17,
  'add-partition': 18,
  'coalesce-partition': 22,
  'partition-by': 25,
  'remove-partitioning': 28,
  'reorganize-partition': 34,
  'exchange-partition': 36,
  'convert-partition': 0,
  'convert-table': 0,
  'alter-check': 41,
  'drop-check': 42,
  'alter-index': 45,
  'order-by': 46,
};

const PartitionNumbers: Readonly<Record<PartitionAction, number>> = {
  drop: 23,
  truncate: 24,
  rebuild: 33,
  check: 35,
  optimize: 37,
  repair: 38,
  'import-tablespace': 39,
  'discard-tablespace': 40,
  // TiDB takes it for a statement of its own.
  analyze: 0,
};

/** DM's number of a change: its place in TiDB's list of ALTER types, from 1; 0 for what TiDB doesn't know. */
export function specNumber(spec: AlterSpec): number {
  switch (spec.kind) {
    case 'keys':
      return spec.enabled ? 26 : 27;
    case 'validation':
      return spec.enabled ? 29 : 30;
    case 'tablespace':
      return spec.action === 'import' ? 43 : 44;
    case 'fixed':
      return spec.number;
    case 'partitions':
      return PartitionNumbers[spec.action];
    default:
      return Numbers[spec.kind];
  }
}
