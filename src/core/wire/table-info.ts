/** TiDB's `TableInfo`, the form in which DM stores table schemas: read, written, and remembered by text. */
export { skipValue } from './table-info-extent';
export { readTableInfo, tableInfoOf } from './table-info-read';
export { SchemaReader } from './table-info-reader';
export { writeColumns, writeTableInfo } from './table-info-write';
