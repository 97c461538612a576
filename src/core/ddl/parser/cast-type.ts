import type { DataType } from '../ast';
import type { Cursor } from './cursor';
import { parseDataType } from './data-type';

/** The type after `CAST(x AS`: `SIGNED` and `UNSIGNED` are `BIGINT`, `DECIMAL` alone is `DECIMAL(10)`. */
export function parseCastType(cursor: Cursor): DataType {
  const sign = cursor.acceptOneOf('SIGNED', 'UNSIGNED');
  if (sign !== null) {
    cursor.acceptOneOf('INT', 'INTEGER');
    return { ...Integer, unsigned: sign === 'UNSIGNED' };
  }
  const { token } = cursor;
  const type = parseDataType(cursor);
  if (!CastTypes.has(type.name)) return cursor.failAt(token, 'a type to cast to');
  return type.name === 'DECIMAL' && type.length === null ? { ...type, length: 10 } : type;
}

const Integer: DataType = {
  name: 'BIGINT',
  length: null,
  decimals: null,
  unsigned: false,
  zerofill: false,
  binary: false,
  charset: null,
  members: null,
};

/** Types that `CAST` knows. */
const CastTypes: ReadonlySet<string> = new Set(
  `BINARY CHAR DATE DATETIME DECIMAL DOUBLE FLOAT INT BIGINT JSON TIME YEAR VECTOR POINT LINESTRING POLYGON MULTIPOINT
  MULTILINESTRING MULTIPOLYGON GEOMETRYCOLLECTION VARCHAR UUID INET4 INET6`.split(/\s+/),
);
