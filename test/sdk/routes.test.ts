import { describe, expect, it } from '@jest/globals';
import { compilePattern } from '../../sdk/route/pattern';
import { Routes } from '../../sdk/route/routes';

describe('a pattern', () => {
  it.each([
    ['t*', ['t', 't1', 'T_x'], ['x', 'at']],
    ['t?', ['t1'], ['t', 't12']],
    ['t[1-3x]', ['t1', 't3', 'tx'], ['t4', 't']],
    ['t[!1-3]', ['t4', 'tx'], ['t1', 't']],
    ['t[^a]', ['tb'], ['ta']],
    ['[]]x', [']x'], ['x']],
    ['a.b', ['a.b'], ['axb']],
    ['a\\*', ['a*'], ['ab']],
  ])('%s', (pattern, matching, others) => {
    const matches = compilePattern(pattern);
    expect(matching.filter((name) => !matches(name))).toEqual([]);
    expect(others.filter(matches)).toEqual([]);
  });

  it.each(['[a', '[z-a]', '[!'])('%s is refused', (pattern) => {
    expect(() => compilePattern(pattern)).toThrow(/not a pattern/u);
  });
});

describe('routes', () => {
  const routes = new Routes(
    [
      { schemaPattern: 'shop_?', tablePattern: 'order_*', targetSchema: 'shop', targetTable: 'orders' },
      { schemaPattern: 'log*', targetSchema: 'logs' },
    ],
    {
      ignoreSchemas: ['log_old'],
      doTables: [
        { schema: 'shop_*', table: '*' },
        { schema: 'log*', table: 'l*' },
      ],
    },
  );

  it.each([
    ['shop_1', 'order_7', { schema: 'shop', table: 'orders' }],
    ['shop_1', 'items', null],
    ['log_new', 'lines', { schema: 'logs', table: 'lines' }],
    ['log_new', 'other', null],
    ['log_old', 'lines', null],
  ])('%s.%s', (schema, table, target) => {
    expect(routes.targetOf({ schema, table })).toEqual(target);
  });

  it('that lead to the same target agree', () => {
    const both = new Routes([
      { schemaPattern: 'a*', targetSchema: 'x', targetTable: 't' },
      { schemaPattern: '*b', targetSchema: 'x', targetTable: 't' },
    ]);
    expect(both.targetOf({ schema: 'ab', table: 't1' })).toEqual({ schema: 'x', table: 't' });
  });

  it('that map nothing are told, with the tables that there are', () => {
    const wrong = new Routes([{ schemaPattern: 'shop', tablePattern: 'ordres_*', targetSchema: 'x' }]);
    expect(() => wrong.check([{ schema: 'shop', table: 'orders_1' }])).toThrow(
      "no route (shop.ordres_*) matches any of the source's 1 tables (shop.orders_1)",
    );
  });

  it('say which of them nobody uses', () => {
    expect(routes.unusedBy([{ schema: 'shop_1', table: 'order_1' }])).toMatchObject([{ schemaPattern: 'log*' }]);
  });
});
