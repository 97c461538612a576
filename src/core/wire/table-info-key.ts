/** How DM's own values begin. */
const HEAD = '{"id":';
const NAME = ',"name":{"O":"';
const LOWER_NAME = '","L":"';
const NAME_END = '"},"';
const TIME = ',"update_timestamp":';

const SPACE = 0x20;
const QUOTE = 0x22;
const ZERO = 0x30;
const NINE = 0x39;
const BACKSLASH = 0x5c;

/**
 * What of a table info's text tells its schema: the text without the table's number, name and time of change, which
 * differ from shard to shard. Only plain forms of them are left out, as DM writes them; any other text is its own key. So
 * of two texts with one key either both are JSON or none is, and both have the same schema. Costs no parsing.
 */
export function tableInfoKey(text: string): string {
  const head = endOfName(text);
  // What is left of a shortened text begins with a quote; no other text that is an object does.
  if (head === 0 && text.startsWith('"')) return ` ${text}`;
  const tail = head === 0 ? text : text.slice(head);
  const time = tail.lastIndexOf(TIME);
  if (time < 0) return tail;
  const start = time + TIME.length;
  const end = endOfNumber(tail, start);
  // Mostly it is 0, and then the text needs no copy.
  return end - start <= 1 ? tail : tail.slice(0, start) + tail.slice(end);
}

/** The index behind number and name of a text that begins with them, else 0. */
function endOfName(text: string): number {
  if (!text.startsWith(HEAD)) return 0;
  const number = endOfNumber(text, HEAD.length);
  if (number === HEAD.length || !text.startsWith(NAME, number)) return 0;
  const name = endOfText(text, number + NAME.length);
  if (!text.startsWith(LOWER_NAME, name)) return 0;
  const lower = endOfText(text, name + LOWER_NAME.length);
  return text.startsWith(NAME_END, lower) ? lower + NAME_END.length - 1 : 0;
}

/** The index behind a whole number as JSON writes it; `start` if there is none. */
function endOfNumber(text: string, start: number): number {
  if (text.charCodeAt(start) === ZERO) return start + 1;
  let at = start;
  while (at < text.length && isDigit(text.charCodeAt(at))) at++;
  return at;
}

function isDigit(unit: number): boolean {
  return unit >= ZERO && unit <= NINE;
}

/** The index of the first character that isn't plain within a JSON string: its end, an escape, a control character. */
function endOfText(text: string, start: number): number {
  let at = start;
  while (at < text.length && isPlain(text.charCodeAt(at))) at++;
  return at;
}

function isPlain(unit: number): boolean {
  return unit >= SPACE && unit !== QUOTE && unit !== BACKSLASH;
}
