/** MySQL's numbers of the errors that this database gives; plugins of real databases map the same ones. */
export const SqlErrorNumber = {
  databaseExists: 1007,
  databaseMissing: 1008,
  tableExists: 1050,
  tableMissing: 1146,
  tableUnknown: 1051,
  columnUnknown: 1054,
  columnNull: 1048,
  duplicateColumn: 1060,
  duplicateKeyName: 1061,
  duplicateEntry: 1062,
  multiplePrimaryKeys: 1068,
  cannotDrop: 1091,
  nullInKey: 1138,
  keyMissing: 1176,
  outOfRange: 1264,
  truncated: 1265,
  badTemporal: 1292,
  noDefault: 1364,
  badValue: 1366,
  tooLong: 1406,
  badJson: 3140,
  unsupported: 1235,
} as const;

/** What MySQL would say to a statement or a row that it refuses. */
export class SqlError extends Error {
  override readonly name = 'SqlError';

  /** @param number MySQL's number of the error, for example 1060 */
  constructor(
    readonly number: number,
    message: string,
  ) {
    super(message);
  }
}

/** Throw what MySQL would say. */
export function refuse(kind: keyof typeof SqlErrorNumber, message: string): never {
  throw new SqlError(SqlErrorNumber[kind], message);
}
