/** How strongly operators bind, weakest first (MySQL's manual, operator precedence). */
export const Precedence = {
  Lowest: 0,
  Or: 1,
  Xor: 2,
  And: 3,
  Not: 4,
  Comparison: 5,
  BitOr: 6,
  BitAnd: 7,
  Shift: 8,
  Additive: 9,
  Multiplicative: 10,
  BitXor: 11,
  Unary: 12,
  Collate: 13,
} as const;

export interface BinaryOperator {
  /** In normal form. */
  readonly operator: string;
  readonly precedence: number;
}

function level(precedence: number, operators: Readonly<Record<string, string>>): [string, BinaryOperator][] {
  return Object.entries(operators).map(([written, operator]) => [written, { operator, precedence }]);
}

/** Binary operators by how they are written; words in upper case. */
export const BinaryOperators: ReadonlyMap<string, BinaryOperator> = new Map([
  ...level(Precedence.Or, { OR: 'OR', '||': 'OR' }),
  ...level(Precedence.Xor, { XOR: 'XOR' }),
  ...level(Precedence.And, { AND: 'AND', '&&': 'AND' }),
  ...level(Precedence.Comparison, { '=': '=', '<=>': '<=>', '<': '<', '>': '>', '<=': '<=', '>=': '>=' }),
  ...level(Precedence.Comparison, { '!=': '!=', '<>': '!=' }),
  ...level(Precedence.BitOr, { '|': '|' }),
  ...level(Precedence.BitAnd, { '&': '&' }),
  ...level(Precedence.Shift, { '<<': '<<', '>>': '>>' }),
  ...level(Precedence.Additive, { '+': '+', '-': '-' }),
  ...level(Precedence.Multiplicative, { '*': '*', '/': '/', '%': '%', MOD: '%', DIV: 'DIV' }),
  ...level(Precedence.BitXor, { '^': '^' }),
]);
