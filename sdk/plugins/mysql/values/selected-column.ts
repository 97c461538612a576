import { quoteName } from '../../../../src/core/model/quote';
import { TypeCode } from '../../../../src/core/table/column-type';
import type { Column } from '../../../../src/core/table/table-schema';

/** Of a session that reads values: text comes in its own charset, a TIMESTAMP in UTC. */
export const EXACT_SESSION = "SET SESSION time_zone = '+00:00', character_set_results = NULL";

/**
 * What is selected of a column so that its bytes tell its value exactly: of a FLOAT the server shows six digits only. Long
 * values are taken as they are, because what a function makes of one beyond `max_allowed_packet` is NULL.
 */
export function selectedColumn({ name, type }: Column): string {
  const quoted = quoteName(name);
  switch (type.code) {
    case TypeCode.float:
      return `${quoted} + 0e0`;
    case TypeCode.bit:
      return `${quoted} + 0`;
    case TypeCode.enum:
    case TypeCode.set:
      return `CONVERT(${quoted} USING utf8mb4)`;
    default:
      return quoted;
  }
}
