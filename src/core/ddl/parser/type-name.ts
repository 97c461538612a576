import type { Cursor } from './cursor';

/** What may follow a type's name. */
export type TypeFamily = 'bool' | 'integer' | 'bit' | 'real' | 'length' | 'year' | 'text' | 'members' | 'plain';

export interface TypeName {
  /** In normal form. */
  readonly name: string;
  readonly family: TypeFamily;
}

function family(kind: TypeFamily, ...names: readonly (string | readonly [string, string])[]): [string, TypeName][] {
  return names.map((entry) => {
    const [written, name] = typeof entry === 'string' ? [entry, entry] : entry;
    return [written, { name, family: kind }];
  });
}

/** Types of one word: MySQL's, their synonyms, TiDB's `VECTOR`, MariaDB's `UUID`, `INET4`, `INET6`, `XMLTYPE`. */
const Types: ReadonlyMap<string, TypeName> = new Map([
  ...family('bool', ['BOOL', 'TINYINT'], ['BOOLEAN', 'TINYINT']),
  ...family(
    'integer',
    'TINYINT',
    'SMALLINT',
    'MEDIUMINT',
    'INT',
    'BIGINT',
    ['INTEGER', 'INT'],
    ['MIDDLEINT', 'MEDIUMINT'],
  ),
  ...family(
    'integer',
    ['INT1', 'TINYINT'],
    ['INT2', 'SMALLINT'],
    ['INT3', 'MEDIUMINT'],
    ['INT4', 'INT'],
    ['INT8', 'BIGINT'],
  ),
  ...family('bit', 'BIT'),
  ...family('real', 'DECIMAL', ['DEC', 'DECIMAL'], ['NUMERIC', 'DECIMAL'], ['FIXED', 'DECIMAL'], ['NUMBER', 'DECIMAL']),
  ...family('real', 'FLOAT', ['FLOAT4', 'FLOAT'], 'DOUBLE', ['REAL', 'DOUBLE'], ['FLOAT8', 'DOUBLE']),
  ...family('length', 'DATETIME', 'TIMESTAMP', 'TIME', 'BINARY', 'BLOB', 'VECTOR', 'VARBINARY'),
  ...family('year', 'YEAR', ['SQL_TSI_YEAR', 'YEAR']),
  ...family('text', 'CHAR', ['CHARACTER', 'CHAR'], ['NCHAR', 'CHAR'], 'VARCHAR', ['VARCHARACTER', 'VARCHAR']),
  ...family('text', ['NVARCHAR', 'VARCHAR'], 'TEXT', 'TINYTEXT', 'MEDIUMTEXT', 'LONGTEXT'),
  ...family('members', 'ENUM', 'SET'),
  ...family('plain', 'DATE', 'JSON', 'TINYBLOB', 'MEDIUMBLOB', 'LONGBLOB', 'UUID', 'INET4', 'INET6', 'XMLTYPE'),
  ...family('plain', 'GEOMETRY', 'POINT', 'LINESTRING', 'POLYGON', 'MULTIPOINT', 'MULTILINESTRING', 'MULTIPOLYGON'),
  ...family('plain', 'GEOMETRYCOLLECTION', ['GEOMCOLLECTION', 'GEOMETRYCOLLECTION']),
]);

/** Read a type's name, of one word or several, and resolve synonyms. Errors: `DDL_SYNTAX`. */
export function resolveTypeName(cursor: Cursor): TypeName {
  const { token } = cursor;
  if (cursor.accept('NATIONAL'))
    return parseCharacter(cursor, cursor.expectOneOf('CHAR', 'CHARACTER', 'VARCHAR', 'VARCHARACTER'));
  if (cursor.accept('LONG')) return parseLong(cursor);
  const type = Types.get(token.upper);
  if (type === undefined) return cursor.fail('a data type');
  cursor.advance();
  if (type.name === 'CHAR') return parseCharacter(cursor, token.upper);
  if (token.upper === 'DOUBLE') cursor.accept('PRECISION');
  return type;
}

/** `CHAR VARYING` and, after `NCHAR`, `VARCHAR` are `VARCHAR`. */
function parseCharacter(cursor: Cursor, word: string): TypeName {
  const varying = word.startsWith('VAR') || cursor.accept('VARYING') || (word === 'NCHAR' && acceptVarchar(cursor));
  return { name: varying ? 'VARCHAR' : 'CHAR', family: 'text' };
}

function acceptVarchar(cursor: Cursor): boolean {
  return cursor.acceptOneOf('VARCHAR', 'VARCHARACTER') !== null;
}

function parseLong(cursor: Cursor): TypeName {
  if (cursor.accept('VARBINARY')) return { name: 'MEDIUMBLOB', family: 'plain' };
  // `LONG CHAR SET utf8` has a charset, not another word of the type.
  if (!acceptVarchar(cursor) && cursor.peek(1).upper === 'VARYING') {
    cursor.expectOneOf('CHAR', 'CHARACTER');
    cursor.expect('VARYING');
  }
  return { name: 'MEDIUMTEXT', family: 'text' };
}
