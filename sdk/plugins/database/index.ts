export { MemoryDatabase } from './memory-database';
export type { NamedTable, QualifiedName } from './memory-database';
export { MemoryTable, storedColumns, textOf } from './memory-table';
export { SqlError, SqlErrorNumber } from './sql-error';
export { storeValue } from './stored-value';
