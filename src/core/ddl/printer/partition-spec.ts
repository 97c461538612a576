import type { PartitionAction, PartitionSpec } from '../ast';
import { unreachable } from '../../model/invariant';
import { quoteName } from '../../model/quote';
import { printDefinition, printDefinitions, printPartitioning } from './partition';
import { printTableName } from './reference';

type Of<Kind extends PartitionSpec['kind']> = Extract<PartitionSpec, { kind: Kind }>;

/** A change of partitions in normal form. */
export function printPartitionSpec(spec: PartitionSpec): string {
  switch (spec.kind) {
    case 'partition-by':
      return printPartitioning(spec.partitioning);
    case 'remove-partitioning':
      return 'REMOVE PARTITIONING';
    case 'add-partition':
      return printAdd(spec);
    case 'coalesce-partition':
      return `COALESCE PARTITION ${local(spec)}${spec.count}`;
    case 'reorganize-partition':
      return printReorganize(spec);
    case 'exchange-partition':
      return printExchange(spec);
    case 'convert-partition':
      return `CONVERT PARTITION ${quoteName(spec.name)} TO TABLE ${printTableName(spec.table)}`;
    case 'convert-table':
      return printConvertTable(spec);
    case 'partitions':
      return printAction(spec);
    default:
      return unreachable(spec);
  }
}

function local({ noWriteToBinlog }: { readonly noWriteToBinlog: boolean }): string {
  return noWriteToBinlog ? 'NO_WRITE_TO_BINLOG ' : '';
}

function printAdd(spec: Of<'add-partition'>): string {
  const head = `ADD PARTITION ${spec.ifNotExists ? 'IF NOT EXISTS ' : ''}${local(spec)}`;
  return head + (spec.count === null ? printDefinitions(spec.definitions, ', ') : `PARTITIONS ${spec.count}`);
}

function printReorganize(spec: Of<'reorganize-partition'>): string {
  if (spec.names.length === 0) return `REORGANIZE PARTITION ${local(spec)}`.trimEnd();
  const names = spec.names.map(quoteName).join(',');
  return `REORGANIZE PARTITION ${local(spec)}${names} INTO ${printDefinitions(spec.definitions, ', ')}`;
}

/** Validation is the default, so only its absence is printed. */
function printExchange({ name, table, validation }: Of<'exchange-partition'>): string {
  const text = `EXCHANGE PARTITION ${quoteName(name)} WITH TABLE ${printTableName(table)}`;
  return validation === false ? `${text} WITHOUT VALIDATION` : text;
}

function printConvertTable({ table, definition, validation }: Of<'convert-table'>): string {
  const text = `CONVERT TABLE ${printTableName(table)} TO ${printDefinition(definition)}`;
  return validation === null ? text : `${text} ${validation ? 'WITH' : 'WITHOUT'} VALIDATION`;
}

const Verbs: Readonly<Record<PartitionAction, string>> = {
  drop: 'DROP',
  truncate: 'TRUNCATE',
  analyze: 'ANALYZE',
  check: 'CHECK',
  optimize: 'OPTIMIZE',
  rebuild: 'REBUILD',
  repair: 'REPAIR',
  'discard-tablespace': 'DISCARD',
  'import-tablespace': 'IMPORT',
};

function printAction(spec: Of<'partitions'>): string {
  const names = spec.names === null ? 'ALL' : spec.names.map(quoteName).join(',');
  const tail = spec.action.endsWith('tablespace') ? ' TABLESPACE' : '';
  return `${Verbs[spec.action]} PARTITION ${spec.ifExists ? 'IF EXISTS ' : ''}${local(spec)}${names}${tail}`;
}
