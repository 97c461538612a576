/** What happens upstream: the scripts of the sources. `-- @wait` stops one until the demo opens its gate. */

const ORDERS = '(id BIGINT PRIMARY KEY, note VARCHAR(20), legacy INT)';

/** A shard of the optimistic act: each of its DDLs waits for a gate of its own, and rows flow before and after. */
function orders(shard: number, quantity: readonly string[]): string {
  const table = `orders_${shard}`;
  const id = (row: number): number => shard * 100 + row;
  return `
-- @wait add-${shard}
ALTER TABLE ${table} ADD COLUMN price DECIMAL(8, 2);
INSERT INTO ${table} VALUES (${id(3)}, 'with a price', ${shard}, 9.90);
-- @wait drop-${shard}
ALTER TABLE ${table} DROP COLUMN legacy;
UPDATE ${table} SET price = ${shard} WHERE id = ${id(1)};
-- @wait rename-${shard}
ALTER TABLE ${table} RENAME COLUMN note TO remark;
INSERT INTO ${table} (id, remark) VALUES (${id(4)}, 'renamed');
-- @wait quantity-${shard}
${quantity.join('\n')}
INSERT INTO ${table} (id, qty) VALUES (${id(5)}, '${shard}');
DELETE FROM ${table} WHERE id = ${id(2)};`;
}

/** The items of several shards, one DDL of each in turn, as they come in one binlog. */
function inTurns(shards: readonly string[]): string {
  const parts = shards.map((shard) => shard.split(/(?=\n-- @wait )/u));
  const longest = Math.max(...parts.map(({ length }) => length));
  return Array.from({ length: longest }, (_, turn) => parts.map((part) => part[turn] ?? '').join('\n')).join('\n');
}

function created(table: string, shard: number): string {
  return `CREATE TABLE ${table} ${ORDERS};
INSERT INTO ${table} VALUES (${shard}01, 'first', 1), (${shard}02, 'second', 2);`;
}

/** The shards of `mysql-01`, optimistic. */
export const ORDERS_1 = `USE shop;
${created('orders_1', 1)}
${created('orders_2', 2)}

${inTurns([orders(1, ['ALTER TABLE orders_1 ADD COLUMN qty INT;']), orders(2, ['ALTER TABLE orders_2 ADD COLUMN qty INT;'])])}
-- @mark end
`;

/** The shards of `mysql-02`, optimistic: the last one has another idea of a quantity. */
export const ORDERS_2 = `USE shop;
${created('orders_3', 3)}
${created('orders_4', 4)}

${inTurns([
  orders(3, ['ALTER TABLE orders_3 ADD COLUMN qty INT;']),
  orders(4, [
    'ALTER TABLE orders_4 ADD COLUMN qty VARCHAR(10);',
    '-- @wait correct-4',
    'ALTER TABLE orders_4 MODIFY COLUMN qty INT;',
  ]),
])}
-- @mark end
`;

/** Two shards of a source in the pessimistic act. */
function payments(first: number): string {
  const shards = [first, first + 1];
  const both = (text: (shard: number) => string): string => shards.map(text).join('\n');
  const added = (column: string): string =>
    both(
      (shard) => `-- @wait ${column}-${shard}
ALTER TABLE payments_${shard} ADD COLUMN ${column} INT;
INSERT INTO payments_${shard} (id, ${column}) VALUES (${shard}0${column.slice(1)}, ${shard});`,
    );
  return `USE shop;
${both((shard) => `CREATE TABLE payments_${shard} (id BIGINT PRIMARY KEY);\nINSERT INTO payments_${shard} VALUES (${shard}00);`)}

${['c1', 'c2', 'c3'].map(added).join('\n')}
-- @mark end
`;
}

/** The shards of `mysql-01`, pessimistic. */
export const PAYMENTS_1 = payments(1);

/** The shards of `mysql-02`, pessimistic. */
export const PAYMENTS_2 = payments(3);
