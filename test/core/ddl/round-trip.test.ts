import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseStatement, printStatement, splitStatement } from '../../../src/core/ddl/index';
import { judgeDdl } from '../../conformance/judge-ddl';
import { Judgement } from '../../conformance/judgement';
import { statementText } from './statement-generator';

const file = join(__dirname, '../../conformance/vectors/ddl.jsonl.gz');
const lines = gunzipSync(readFileSync(file))
  .toString('utf8')
  .trim()
  .split('\n')
  .map((line): unknown => JSON.parse(line));

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
    judgeDdl(lines, judgement, '');
    expect(judgement.first).toEqual([]);
    expect(judgement.refused).toBe(0);
    expect(judgement.agree).toBeGreaterThan(2000);
  });

  it('are stable', () => {
    for (const line of lines) {
      if (typeof line !== 'object' || line === null || 'error' in line || !('sql' in line)) continue;
      expectStable(String(line.sql));
    }
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
