import { describe, expect, it } from '@jest/globals';
import { canonicalText } from '../../conformance/canonical-text';
import { compare, explainIncomparable } from '../../../src/core/table/compare';
import { join } from '../../../src/core/table/join';
import type { Ordering } from '../../../src/core/table/ordering';
import { isShape } from '../../../src/core/table/shape';
import { Shapes } from '../../../src/core/table/shapes';
import type { Column, TableSchema } from '../../../src/core/table/table-schema';
import { column, index, table } from './schema-builder';

/** A pair, its order, and the join's columns and indexes as text, or the path of the conflict. */
type Row = readonly [name: string, a: TableSchema, b: TableSchema, order: Ordering, join: string | { path: string }];

const one = (only: Column): TableSchema => table([only]);
const opposite: Readonly<Record<Ordering, Ordering>> = {
  less: 'greater',
  equal: 'equal',
  greater: 'less',
  incomparable: 'incomparable',
};

const columnRows: readonly Row[] = [
  ['names without case', one(column('C', 'int')), one(column('c', 'int')), 'equal', '`c` INT(11)'],
  ['integers widen', one(column('c', 'tinyint')), one(column('c', 'bigint')), 'less', '`c` BIGINT(20)'],
  [
    'texts widen',
    one(column('c', 'tinytext')),
    one(column('c', 'text')),
    'less',
    '`c` TEXT(65535) CHARACTER SET UTF8MB4 COLLATE utf8mb4_bin',
  ],
  ['unrelated types', one(column('c', 'int')), one(column('c', 'varchar')), 'incomparable', { path: 'columns.c.type' }],
  [
    'a wider column',
    one(column('c', 'varchar')),
    one(column('c', 'varchar', { length: 20 })),
    'less',
    '`c` VARCHAR(20) CHARACTER SET UTF8MB4 COLLATE utf8mb4_bin',
  ],
  [
    'precision of DECIMAL',
    one(column('c', 'decimal')),
    one(column('c', 'decimal', { length: 12 })),
    'incomparable',
    { path: 'columns.c.length' },
  ],
  [
    'scale of DECIMAL',
    one(column('c', 'decimal')),
    one(column('c', 'decimal', { decimals: 3 })),
    'incomparable',
    { path: 'columns.c.decimals' },
  ],
  [
    'type wider, width narrower',
    one(column('c', 'int', { length: 20 })),
    one(column('c', 'bigint', { length: 10 })),
    'incomparable',
    '`c` BIGINT(20)',
  ],
  [
    'unsigned',
    one(column('c', 'int')),
    one(column('c', 'int', { flags: 32 })),
    'incomparable',
    { path: 'columns.c.attributes' },
  ],
  [
    'nullable wins',
    one(column('c', 'int', { notNull: true, value: '1' })),
    one(column('c', 'int', { value: '1' })),
    'less',
    '`c` INT(11) DEFAULT 1',
  ],
  ['no default below NULL', one(column('c', 'int', { notNull: true })), one(column('c', 'int')), 'less', '`c` INT(11)'],
  [
    'a default appears',
    one(column('c', 'int')),
    one(column('c', 'int', { value: '5' })),
    'less',
    '`c` INT(11) DEFAULT 5',
  ],
  [
    'distinct defaults',
    one(column('c', 'int', { value: '4' })),
    one(column('c', 'int', { value: '5' })),
    'incomparable',
    { path: 'columns.c.default' },
  ],
  [
    'the same computed default',
    one(column('c', 'varchar', { value: 'uuid()', computed: true, length: 36 })),
    one(column('c', 'varchar', { value: 'uuid()', computed: true, length: 40 })),
    'less',
    '`c` VARCHAR(40) CHARACTER SET UTF8MB4 COLLATE utf8mb4_bin DEFAULT uuid()',
  ],
  [
    'a computed default and a value of the same text',
    one(column('c', 'varchar', { value: 'uuid()', computed: true })),
    one(column('c', 'varchar', { value: 'uuid()' })),
    'incomparable',
    { path: 'columns.c.default' },
  ],
  [
    'auto-increment against none',
    table([column('c', 'int', { notNull: true, autoIncrement: true })], [index('k', ['c'])]),
    table([column('c', 'int', { notNull: true, value: '1' })], [index('k', ['c'])]),
    'incomparable',
    { path: 'columns.c.defaultRule' },
  ],
  [
    'auto-increment above no default',
    table([column('c', 'int', { notNull: true })], [index('k', ['c'])]),
    table([column('c', 'int', { notNull: true, autoIncrement: true })], [index('k', ['c'])]),
    'less',
    '`c` INT(11) NOT NULL AUTO_INCREMENT, KEY `k` (`c`)',
  ],
  [
    'members appended',
    one(column('c', 'enum', { members: ['a'] })),
    one(column('c', 'enum', { members: ['a', 'b'] })),
    'less',
    "`c` ENUM('a','b')",
  ],
  [
    'members replaced',
    one(column('c', 'enum', { members: ['a', 'x'] })),
    one(column('c', 'enum', { members: ['a', 'b'] })),
    'incomparable',
    { path: 'columns.c.members' },
  ],
  [
    'generated expressions',
    one(column('c', 'int', { expression: '`a` + 1' })),
    one(column('c', 'int', { expression: '`A` + 1' })),
    'incomparable',
    { path: 'columns.c.generated' },
  ],
  [
    'stored against virtual',
    one(column('c', 'int', { expression: '1', stored: true })),
    one(column('c', 'int', { expression: '1' })),
    'incomparable',
    { path: 'columns.c.stored' },
  ],
  [
    'latin1 below utf8mb4',
    one(column('c', 'char', { collation: 'latin1_bin' })),
    one(column('c', 'char')),
    'less',
    '`c` CHAR(4) CHARACTER SET UTF8MB4 COLLATE utf8mb4_bin',
  ],
  [
    'latin1 and utf8mb3',
    one(column('c', 'char', { collation: 'latin1_bin' })),
    one(column('c', 'char', { collation: 'utf8mb3_bin' })),
    'incomparable',
    '`c` CHAR(4) CHARACTER SET UTF8MB4 COLLATE utf8mb4_bin',
  ],
  [
    'other suffixes',
    one(column('c', 'char', { collation: 'utf8_general_ci' })),
    one(column('c', 'char')),
    'incomparable',
    { path: 'columns.c.collation' },
  ],
  [
    'other charsets',
    one(column('c', 'char', { collation: 'gbk_bin' })),
    one(column('c', 'char')),
    'incomparable',
    { path: 'columns.c.collation' },
  ],
];

const a = column('a', 'int');
const b = column('b', 'int', { notNull: true });
const tableRows: readonly Row[] = [
  ['a nullable column more', table([a]), table([a, column('x', 'int')]), 'less', '`a` INT(11), `x` INT(11)'],
  [
    'a column with a default more',
    table([a]),
    table([a, column('x', 'int', { notNull: true, value: '7' })]),
    'less',
    '`a` INT(11), `x` INT(11) NOT NULL DEFAULT 7',
  ],
  [
    'a column without a default more',
    table([a]),
    table([a, b]),
    'incomparable',
    '`a` INT(11), `b` INT(11) NOT NULL DEFAULT 0',
  ],
  [
    'a column each',
    table([column('x', 'int')]),
    table([column('y', 'int')]),
    'incomparable',
    '`x` INT(11), `y` INT(11)',
  ],
  ['an index more', table([a], [index('k', ['a'])]), table([a]), 'less', '`a` INT(11)'],
  [
    'unique against not',
    table([a], [index('k', ['a'], 'unique')]),
    table([a], [index('k', ['a'])]),
    'less',
    '`a` INT(11), KEY `k` (`a`)',
  ],
  [
    'indexes of other parts',
    table([a, b], [index('k', ['a'])]),
    table([a, b], [index('k', ['b'])]),
    'incomparable',
    '`a` INT(11), `b` INT(11) NOT NULL',
  ],
  [
    'prefixes of other lengths',
    table([column('v', 'varchar')], [index('k', ['v(3)'])]),
    table([column('v', 'varchar')], [index('K', ['V(4)'])]),
    'incomparable',
    '`v` VARCHAR(10) CHARACTER SET UTF8MB4 COLLATE utf8mb4_bin',
  ],
  [
    'auto-increment ID',
    table([a], [], { autoIncrementId: 1n }),
    table([a], [], { autoIncrementId: 9n }),
    'less',
    '`a` INT(11)',
  ],
  ['compression appears', table([a]), table([a], [], { compression: 'zlib' }), 'less', '`a` INT(11)'],
  [
    'distinct compression',
    table([a], [], { compression: 'lz4' }),
    table([a], [], { compression: 'zlib' }),
    'incomparable',
    { path: 'compression' },
  ],
  [
    'distinct shard bits',
    table([a]),
    table([a], [], { shardRowIdBits: 4 }),
    'incomparable',
    { path: 'shardRowIdBits' },
  ],
  ['table collations', table([a], [], { collation: 'latin1_bin' }), table([a]), 'less', '`a` INT(11)'],
  [
    'lost key of auto-increment',
    table([column('i', 'int', { notNull: true, autoIncrement: true })], [index('p', ['i'])]),
    table([column('i', 'int', { notNull: true, autoIncrement: true })], [index('q', ['i'])]),
    'incomparable',
    { path: 'columns.i.key' },
  ],
  [
    'not compared',
    table([column('a', 'int', { comment: 'x' })], [], { comment: 'y', name: 'z' }),
    table([a]),
    'equal',
    '`a` INT(11)',
  ],
];

describe.each([
  ['columns', columnRows],
  ['tables', tableRows],
] as const)('pairs of %s', (_, rows) => {
  it.each(rows)('%s', (_name, left, right, order, joined) => {
    const shapes = new Shapes();
    const [x, y] = [shapes.intern(left), shapes.intern(right)];
    expect(compare(x, y)).toBe(order);
    expect(compare(y, x)).toBe(opposite[order]);
    expect(x === y).toBe(order === 'equal');
    const result = join([x, y]);
    if (isShape(result)) {
      expect(join([y, x])).toBe(result);
      expect(canonicalText(result).replace(/^CREATE TABLE `tbl`\((.*)\) COLLATE .*$/su, '$1')).toBe(joined);
      expect(['greater', 'equal']).toContain(compare(result, x));
      expect(['greater', 'equal']).toContain(compare(result, y));
    } else {
      expect(join([y, x])).toEqual(result);
      expect({ path: result.path }).toEqual(joined);
      expect(result.reason).not.toBe('');
    }
  });
});

describe('joining many', () => {
  const lacking = table([a]);
  const withoutDefault = table([a, b]);
  const nullable = table([a, column('b', 'int')]);

  it('applies the missing-column rule once, after the columns were joined', () => {
    const shapes = new Shapes();
    const members = [lacking, withoutDefault, nullable].map((schema) => shapes.intern(schema));
    const wanted = shapes.intern(nullable);
    expect(join(members)).toBe(wanted);
    expect(join([...members].reverse())).toBe(wanted);
  });

  it('keeps a default that only some tables have, where others lack the column', () => {
    const shapes = new Shapes();
    const withDefault = table([a, column('b', 'int', { notNull: true, value: '5' })]);
    const result = join([lacking, withoutDefault, withDefault].map((schema) => shapes.intern(schema)));
    expect(result).toBe(shapes.intern(withDefault));
  });

  it('drops an index that one of three tables lacks or has otherwise', () => {
    const shapes = new Shapes();
    const made = (parts: string[][]): TableSchema =>
      table(
        [a, b],
        parts.map((part, at) => index(`k${at}`, part)),
      );
    const members = [made([['a'], ['b']]), made([['a'], ['a', 'b']]), made([['a'], ['b']])];
    const result = join(members.map((schema) => shapes.intern(schema)));
    expect(result).toBe(shapes.intern(made([['a']])));
  });
});

describe('key flags that do not follow from the indexes', () => {
  const withFlags = (name: string, role: number): Column => {
    const plain = column(name, 'int');
    return { ...plain, type: { ...plain.type, flags: role } };
  };
  /** A foreign key's implicit index sets no flag. */
  const odd = { ...table([a]), columns: [withFlags('p', 0)], indexes: [index('fk', ['p'])] };
  const oddAndMore = { ...odd, columns: [withFlags('p', 0), column('x', 'int')] };
  const regular = table([column('p', 'int')], [index('fk', ['p'])]);

  it('a table joins to itself', () => {
    const shapes = new Shapes();
    expect(join([shapes.intern(odd), shapes.intern(odd)])).toBe(shapes.intern(odd));
  });

  it('tables with the same odd flags keep them, so the larger one is the join', () => {
    const shapes = new Shapes();
    expect(compare(shapes.intern(odd), shapes.intern(oddAndMore))).toBe('less');
    expect(join([shapes.intern(odd), shapes.intern(oddAndMore)])).toBe(shapes.intern(oddAndMore));
  });

  it('with a table of other flags the role follows from the indexes', () => {
    const shapes = new Shapes();
    expect(join([shapes.intern(odd), shapes.intern(regular)])).toBe(shapes.intern(regular));
  });

  it('a primary key that only a flag tells of is an index', () => {
    const shapes = new Shapes();
    const flagged = { ...table([]), columns: [withFlags('i', 2)] };
    const stated = table([column('i', 'int')], [index('PRIMARY', ['i'], 'primary')]);
    expect(shapes.intern(flagged)).toBe(shapes.intern(stated));
  });
});

describe('a unique index that is not unique in another table', () => {
  it('makes the join incomparable with its table, where the column has another unique index: so DM orders key flags', () => {
    const shapes = new Shapes();
    const made = (kind: 'unique' | 'key'): TableSchema =>
      table([a], [index('k1', ['a'], 'unique'), index('k2', ['a'], kind)]);
    const [both, first] = [shapes.intern(made('unique')), shapes.intern(made('key'))];
    expect(join([both, first])).toBe(first);
    expect(compare(both, first)).toBe('incomparable');
  });
});

describe('explanations', () => {
  const explain = (x: TableSchema, y: TableSchema): { path: string; reason: string } => {
    const shapes = new Shapes();
    return explainIncomparable(shapes.intern(x), shapes.intern(y));
  };

  it('name the contradiction', () => {
    expect(explain(table([column('c', 'int')]), table([column('c', 'varchar')]))).toMatchObject({
      path: 'columns.c.type',
      reason: 'INT against VARCHAR',
    });
  });

  it('name a column that cannot be missing', () => {
    expect(explain(table([a]), table([a, b]))).toMatchObject({ path: 'columns.b' });
  });

  it('name both places of contradicting orders', () => {
    const { path, reason } = explain(table([column('x', 'int')]), table([column('y', 'int')]));
    expect(path).toBe('columns.x');
    expect(reason).toContain('columns.y');
  });

  it('say so when nothing contradicts', () => {
    expect(explain(table([a]), table([a])).reason).toContain('do not contradict');
  });
});
