import { classify, parseStatement, printStatement, routeStatement, splitStatement } from '../../src/core/ddl/index';
import type { Piece, TablePair } from '../../src/core/ddl/index';
import type { Statement } from '../../src/core/ddl/ast';
import { LockstepError } from '../../src/core/model/error';
import { asArray, asRecord, asString } from './ddl-line';
import type { Disagreement, Judge } from './judgement';

/** The database that the recorder completed names with. */
const CurrentDatabase = 'ctx_db';

/** One case and one step for each line that DM accepts; a line that DM refuses is a case without a step. */
export const judgeDdl: Judge = (lines, judgement) => {
  lines.forEach((line, index) => {
    const recorded = asRecord(line);
    judgement.cases += 1;
    if (recorded['error'] !== undefined) return;
    const actual = describe(asString(recorded['sql']));
    if (actual === null) {
      judgement.addRefusal();
      return;
    }
    const disagreements = compare(recorded, actual, `line ${index + 1}`);
    if (disagreements.length === 0) judgement.addAgreement();
    else judgement.addDisagreement(...disagreements);
  });
};

interface Described {
  readonly kind: string;
  readonly isDDL: boolean;
  readonly pieces: readonly Readonly<Record<string, unknown>>[];
}

/** What ours makes of a statement, in the form of the recording; null: a typed refusal. */
function describe(sql: string): Described | null {
  const statement = parseOrRefuse(sql);
  if (statement === null) return null;
  return { ...classify(statement), pieces: splitStatement(statement, CurrentDatabase).map(describePiece) };
}

function parseOrRefuse(sql: string): Statement | null {
  try {
    return parseStatement(sql);
  } catch (error) {
    if (error instanceof LockstepError) return null;
    throw error;
  }
}

function describePiece(piece: Piece): Readonly<Record<string, unknown>> {
  const targets = piece.tables.map((_, index): TablePair => ['down_db', `tgt\`${index}`]);
  return {
    sql: printStatement(piece.statement),
    kind: piece.kind,
    spec: piece.spec ?? undefined,
    tables: piece.tables,
    routed: printStatement(routeStatement(piece, targets)),
  };
}

const PieceFields = ['sql', 'spec', 'tables', 'routed'] as const;

function compare(recorded: Readonly<Record<string, unknown>>, actual: Described, name: string): Disagreement[] {
  const pieces = recorded['pieces'] === undefined ? [] : asArray(recorded['pieces']).map(asRecord);
  const differences: Disagreement[] = [];
  const check = (field: string, expected: unknown, ours: unknown): void => {
    if (JSON.stringify(expected) === JSON.stringify(ours)) return;
    differences.push({ case: name, step: 0, field, expected, actual: ours });
  };
  check('kind', recorded['kind'], actual.kind);
  check('isDDL', recorded['isDDL'], actual.isDDL);
  check('pieces', pieces.length, actual.pieces.length);
  pieces.forEach((piece, index) => {
    for (const field of PieceFields) check(`pieces.${index}.${field}`, piece[field], actual.pieces[index]?.[field]);
  });
  return differences;
}
