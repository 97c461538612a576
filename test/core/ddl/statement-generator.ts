import fc from 'fast-check';

/** Texts joined by blanks. */
function words(...parts: readonly (string | fc.Arbitrary<string>)[]): fc.Arbitrary<string> {
  return fc
    .tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part)))
    .map((texts) => texts.filter((text) => text !== '').join(' '));
}

function optional(part: string | fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.oneof(fc.constant(''), typeof part === 'string' ? fc.constant(part) : part);
}

function list(part: fc.Arbitrary<string>, maxLength = 3): fc.Arbitrary<string> {
  return fc.array(part, { minLength: 1, maxLength }).map((parts) => parts.join(', '));
}

const name = fc.oneof(
  fc.constantFrom('a', 'B1', '`we``ird`', '`order`', '表', '𝒳', 'date', 'status', '`a b`', '$x'),
  fc.string({ minLength: 1, maxLength: 5 }).map((text) => `\`${text.replaceAll('`', '``')}\``),
);
const table = fc.oneof(
  name,
  fc.tuple(name, name).map((pair) => pair.join('.')),
);
const string = fc.oneof(
  fc.constantFrom("''", "'it''s'", '"dq"', "'a\\\\b'", "'\\''"),
  fc
    .string({ maxLength: 6, unit: 'binary' })
    .map((text) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`),
);
const number = fc.oneof(fc.nat().map(String), fc.constantFrom('1.50', '.5', '2e3', '1E-7', '007'));
const literal = fc.oneof(
  number,
  string,
  fc.constantFrom("x'4D'", '0xA', "b'0101'", 'TRUE', 'null', "_latin1'x'", "N'x'"),
  fc.constantFrom("_latin1 x'4D'", '_utf8mb4 0xA', "_binary b'0101'", "DATE '2020-01-01'", "{ts '2020-01-01'}"),
);

const { expression } = fc.letrec<{ expression: string }>((tie) => {
  const inner = tie('expression');
  const char = words('CHAR (', list(inner), optional('USING latin1'), ')');
  const call = words(fc.constantFrom('concat', 'IF', 'Left', 'json_extract', 'f'), '(', list(inner), ')');
  const binary = words(
    '(',
    inner,
    fc.constantFrom('+', '-', '*', '/', '%', 'DIV', 'AND', '||', 'XOR', '<=>', '<>', '>>', '^', '|'),
    inner,
    ')',
  );
  return {
    expression: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      literal,
      fc.oneof(name, words(name, '->', "'$.a'")),
      call,
      char,
      binary,
      words(
        '(',
        inner,
        optional('NOT'),
        fc.constantFrom('IN (1, 2)', "LIKE 'x%'", 'BETWEEN 1 AND 2', "RLIKE 'x'"),
        ')',
      ),
      words('(', inner, 'IS', optional('NOT'), fc.constantFrom('NULL', 'TRUE', 'UNKNOWN'), ')'),
      words('CASE WHEN', inner, 'THEN', inner, optional(words('ELSE', inner)), 'END'),
      words(
        'CAST(',
        inner,
        'AS',
        fc.constantFrom('SIGNED', 'CHAR(3)', 'DECIMAL(10,2)', 'DATETIME(3)', 'JSON', 'BINARY'),
        ')',
      ),
      words(fc.constantFrom('-', '~', '!', 'NOT'), '(', inner, ')'),
      words('DATE_ADD(', inner, ', INTERVAL', inner, 'DAY )'),
    ),
  };
});

const type = fc.oneof(
  fc.constantFrom(
    'INT',
    'int(11) unsigned',
    'BOOL',
    'BIT',
    'DEC(8,3)',
    'FLOAT(30)',
    'DATETIME(3)',
    'YEAR',
    'JSON',
    'POINT',
  ),
  fc.constantFrom('NCHAR(4)', 'LONG VARCHAR', 'VARCHAR(9) CHARSET latin1', 'TEXT BINARY', 'CHAR(2) BYTE', 'LONGBLOB'),
  words('ENUM (', list(string), ')'),
);
const columnOption = fc.oneof(
  fc.constantFrom('NULL', 'NOT NULL', 'UNIQUE', 'KEY', 'AUTO_INCREMENT', 'COLLATE utf8mb4_bin', 'STORAGE DISK'),
  fc.constantFrom(
    'DEFAULT NOW()',
    'DEFAULT -1',
    'DEFAULT (uuid())',
    'ON UPDATE CURRENT_TIMESTAMP(3)',
    'SERIAL DEFAULT VALUE',
  ),
  words('DEFAULT', literal),
  words('COMMENT', string),
  words(optional('GENERATED ALWAYS'), 'AS (', expression, ')', optional(fc.constantFrom('STORED', 'VIRTUAL'))),
  words(
    optional(words('CONSTRAINT', name)),
    'CHECK (',
    expression,
    ')',
    optional(fc.constantFrom('ENFORCED', 'NOT ENFORCED')),
  ),
  words('REFERENCES', table, '(', name, ')', optional('ON DELETE CASCADE')),
);
const column = words(
  name,
  type,
  fc.array(columnOption, { maxLength: 3 }).map((options) => options.join(' ')),
);

const part = fc.oneof(
  words(name, optional('(10)'), optional(fc.constantFrom('ASC', 'DESC'))),
  words('(', expression, ')'),
);
const indexOptions = words(
  optional('USING HASH'),
  optional(words('COMMENT', string)),
  optional('INVISIBLE'),
  optional('KEY_BLOCK_SIZE=8'),
);
const constraint = fc.oneof(
  words(
    fc.constantFrom('KEY', 'INDEX', 'UNIQUE', 'UNIQUE KEY', 'FULLTEXT'),
    optional('IF NOT EXISTS'),
    optional(name),
    '(',
    list(part),
    ')',
    indexOptions,
  ),
  words(optional(words('CONSTRAINT', name)), 'PRIMARY KEY (', list(part), ')', indexOptions),
  words(optional(words('CONSTRAINT', name)), 'FOREIGN KEY (', list(name), ') REFERENCES', table, '(', list(name), ')'),
  words(optional(words('CONSTRAINT', name)), 'CHECK (', expression, ')', optional('NOT ENFORCED')),
);

const tableOption = fc.oneof(
  fc.constantFrom(
    'ENGINE=InnoDB',
    'DEFAULT CHARSET=utf8mb4',
    'COLLATE latin1_bin',
    'AUTO_INCREMENT 7',
    'ROW_FORMAT=dynamic',
  ),
  fc.constantFrom(
    'SHARD_ROW_ID_BITS=4',
    'STATS_PERSISTENT=0',
    'TABLESPACE ts',
    'UNION=(a,b)',
    'MAX_ROWS=1',
    'PACK_KEYS=1',
  ),
  words('COMMENT', string),
);
const partitioning = fc.oneof(
  words('PARTITION BY', optional('LINEAR'), 'HASH (', name, ')', optional('PARTITIONS 4')),
  words('PARTITION BY RANGE COLUMNS (', list(name), ') (PARTITION', name, 'VALUES LESS THAN (1, MAXVALUE))'),
  words('PARTITION BY LIST (', name, ') (PARTITION', name, 'VALUES IN (1, 2), PARTITION', name, 'DEFAULT)'),
);

const position = optional(fc.oneof(fc.constant('FIRST'), words('AFTER', name)));
const spec = fc.oneof(
  words('ADD', optional('COLUMN'), optional('IF NOT EXISTS'), column, position),
  words('ADD (', list(fc.oneof(column, constraint)), ')'),
  words('ADD', constraint),
  words('DROP', fc.constantFrom('COLUMN', 'KEY', 'FOREIGN KEY', 'CHECK'), optional('IF EXISTS'), name),
  words('MODIFY', column, position),
  words('CHANGE', name, column, position),
  words('ADD CONSTRAINT IF NOT EXISTS', name, 'CHECK (', expression, ')'),
  words('RENAME', fc.constantFrom('COLUMN', 'INDEX'), optional('IF EXISTS'), name, 'TO', name),
  words('RENAME TO', table),
  words(
    'ALTER',
    optional('IF EXISTS'),
    name,
    fc.oneof(fc.constant('DROP DEFAULT'), words('SET DEFAULT', literal), words('SET DEFAULT (', expression, ')')),
  ),
  words('ALTER INDEX', optional('IF EXISTS'), name, fc.constantFrom('VISIBLE', 'INVISIBLE')),
  words('EXCHANGE PARTITION', name, 'WITH TABLE', table),
  fc.constantFrom(
    'FORCE',
    'LOCK=NONE',
    'ALGORITHM INPLACE',
    'ENABLE KEYS',
    'DROP PRIMARY KEY',
    'CONVERT TO CHARSET utf8',
  ),
  fc.array(tableOption, { minLength: 1, maxLength: 3 }).map((options) => options.join(' ')),
);

/** Statements that are valid DDL as far as the grammar goes. */
export const statementText: fc.Arbitrary<string> = fc.oneof(
  words(
    'CREATE TABLE',
    optional('IF NOT EXISTS'),
    table,
    '(',
    list(fc.oneof(column, constraint), 4),
    ')',
    list(tableOption),
    optional(partitioning),
  ),
  words('CREATE TABLE', table, 'LIKE', table),
  words('ALTER TABLE', optional('IF EXISTS'), table, list(spec, 4)),
  words(
    'CREATE',
    optional('OR REPLACE'),
    optional(fc.constantFrom('UNIQUE', 'FULLTEXT')),
    'INDEX',
    name,
    'ON',
    table,
    '(',
    list(part),
    ')',
    indexOptions,
  ),
  words('DROP INDEX', name, 'ON', table),
  words('RENAME TABLE', optional('IF EXISTS'), list(words(table, 'TO', table))),
  words(fc.constantFrom('DROP TABLE', 'DROP VIEW'), list(table)),
  words('TRUNCATE', table),
  words('CREATE DATABASE', name, fc.constantFrom('', 'CHARSET utf8mb4', 'DEFAULT COLLATE=latin1_bin')),
);
