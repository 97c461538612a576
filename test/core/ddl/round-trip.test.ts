import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseStatement, printStatement, splitStatement } from '../../../src/core/ddl/index';
import { judgeDdl } from '../../conformance/judge-ddl';
import { Judgement } from '../../conformance/judgement';
import { statementText } from './statement-generator';
import { vectorLines, vectorStatements } from './vector-statements';

const VECTORS = 'ddl.jsonl.gz';

/** Printing and parsing a printed text again changes nothing, neither the tree nor the text. */
function expectStable(sql: string): void {
  for (const piece of splitStatement(parseStatement(sql), 'cur')) {
    const printed = printStatement(piece.statement);
    const again = parseStatement(printed);
    expect(printStatement(again)).toBe(printed);
    expect(parseStatement(printStatement(again))).toEqual(again);
  }
}

describe('recorded statements', () => {
  it('print as recorded', () => {
    const judgement = new Judgement();
    judgeDdl(vectorLines(VECTORS), judgement, '');
    expect(judgement.first).toEqual([]);
    expect(judgement.refused).toBe(0);
    expect(judgement.agree).toBeGreaterThan(2000);
  });

  it('are stable', () => {
    for (const sql of vectorStatements(VECTORS)) expectStable(sql);
  });
});

describe('generated statements', () => {
  it('are accepted and stable', () => {
    fc.assert(
      fc.property(statementText, (sql) => {
        expectStable(sql);
      }),
      { seed: 20_240_607, numRuns: 1500 },
    );
  });
});
