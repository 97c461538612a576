/** How DM's own values begin. */
const HEAD = '{"id":';
const NAME = ',"name":{"O":"';
const LOWER_NAME = '","L":"';
const NAME_END = '"},';
const TIME = ',"update_timestamp":';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * What of a table info's text tells its schema: the text without the table's number, name and time of change, which
 * differ from shard to shard. Only the exact form that DM writes is shortened; any other text is its own key, so texts
 * with the same key always have the same schema. Costs no parsing.
 */
export function tableInfoKey(text: string): string {
  const head = endOfName(text);
  const tail = head === 0 ? text : text.slice(head);
  const time = tail.lastIndexOf(TIME);
  if (time < 0) return tail;
  const start = time + TIME.length;
  const end = endOfDigits(tail, start);
  // Mostly it is 0, and then the text needs no copy.
  return end - start <= 1 ? tail : tail.slice(0, start) + tail.slice(end);
}

/** The index behind number and name of a text that begins with them, else 0. */
function endOfName(text: string): number {
  if (!text.startsWith(HEAD)) return 0;
  const number = endOfDigits(text, HEAD.length);
  if (!text.startsWith(NAME, number)) return 0;
  const name = endOfText(text, number + NAME.length);
  if (!text.startsWith(LOWER_NAME, name)) return 0;
  const lower = endOfText(text, name + LOWER_NAME.length);
  return text.startsWith(NAME_END, lower) ? lower + NAME_END.length : 0;
}

function endOfDigits(text: string, start: number): number {
  let at = start;
  while (at < text.length && isDigit(text.charCodeAt(at))) at++;
  return at;
}

function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}

/** The index of the quote that ends a string. */
function endOfText(text: string, start: number): number {
  let at = start;
  for (; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) return at;
    if (unit === BACKSLASH) at++;
  }
  return at;
}
