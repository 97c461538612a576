import { LockstepError } from '../../../src/core/model/error';
import { parseStatement } from '../../../src/core/ddl/index';

/** The code and fields of the typed error that a text is refused with; null: it is accepted. Other errors pass. */
export function refusalOf(sql: string): { code: string; fields: Readonly<Record<string, unknown>> } | null {
  try {
    parseStatement(sql);
    return null;
  } catch (error) {
    if (error instanceof LockstepError) return { code: error.code, fields: error.fields };
    throw error;
  }
}
