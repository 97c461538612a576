import type { JsonValue } from '../../../plugin';
import type { PacketLimit } from '../packet-limit';
import { checkSize } from '../packet-limit';
import { isEncodedBytes } from '../values/text';
import { quoteText } from '../values/sql-literal';

/** The values of a row as SQL, and what has to be executed before. */
export interface SpreadValues {
  readonly literals: readonly string[];
  readonly preparing: readonly string[];
}

/** Longer literals leave a row that is too large for one statement. */
const LONG_CHARACTERS = 256;

/** No piece is larger, whatever the server takes. */
const MOST_PIECE_BYTES = 8 * 1_024 * 1_024;

/** What a statement of a piece has besides. */
const HEAD_BYTES = 128;

/**
 * The long values of a row go to the server in pieces, as variables of the session: their literals take up to twice their
 * bytes, so that a row which one statement has brought to the source may not fit one here.
 * @param literals the same values as SQL
 * @param what the row, as the beginning of a sentence
 * @throws LockstepError PACKET_TOO_LARGE for a value that is larger than the server takes
 */
export function spreadValues(
  values: readonly JsonValue[],
  literals: readonly string[],
  limit: PacketLimit,
  what: () => string,
): SpreadValues {
  const preparing: string[] = [];
  const spread = literals.map((literal, index) => {
    const value = values[index];
    if (literal.length <= LONG_CHARACTERS || value === undefined) return literal;
    const variable = `@lockstep_${index}`;
    const { bytes, pieces } = piecesOf(value, Math.min(MOST_PIECE_BYTES, limit.mostBytes - HEAD_BYTES));
    checkSize(bytes, limit, () => `a value of ${what()}`);
    for (const [at, piece] of pieces.entries())
      preparing.push(`SET ${variable} = ${at === 0 ? piece : `CONCAT(${variable}, ${piece})`}`);
    const isText = isEncodedBytes(value) && value.charset !== 'binary';
    return isText ? `CONVERT(${variable} USING ${value.charset})` : variable;
  });
  return { literals: spread, preparing };
}

interface Pieces {
  /** Of the whole value. */
  readonly bytes: number;
  /** Literals. */
  readonly pieces: readonly string[];
}

function piecesOf(value: JsonValue, mostBytes: number): Pieces {
  if (isEncodedBytes(value)) {
    const bytes = Buffer.from(value.base64, 'base64');
    const pieces = parts(bytes.length, mostBytes >> 1).map(
      ([from, to]) => `x'${bytes.subarray(from, to).toString('hex')}'`,
    );
    return { bytes: bytes.length, pieces };
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  // A character of JavaScript takes three bytes at most, escaped or not.
  const pieces = parts(text.length, Math.floor(mostBytes / 3), (at) => isInPair(text, at)).map(([from, to]) =>
    quoteText(text.slice(from, to)),
  );
  return { bytes: Buffer.byteLength(text), pieces };
}

/** From where to where each part goes; none ends where it mustn't. */
function parts(
  length: number,
  most: number,
  mustNotEnd: (at: number) => boolean = () => false,
): readonly (readonly [from: number, to: number])[] {
  const found: [number, number][] = [];
  for (let from = 0; from < length;) {
    const to = Math.min(length, from + most);
    const end = mustNotEnd(to) ? to - 1 : to;
    found.push([from, end]);
    from = end;
  }
  return found;
}

/** Whether one half of a character is before, the other behind. */
function isInPair(text: string, at: number): boolean {
  const [first, second] = [text.charCodeAt(at - 1), text.charCodeAt(at)];
  return first >= 0xd800 && first <= 0xdbff && second >= 0xdc00 && second <= 0xdfff;
}
