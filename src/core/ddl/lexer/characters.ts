/** Character codes that the lexer asks for by name. */
export const Code = {
  Tab: 0x09,
  LineFeed: 0x0a,
  CarriageReturn: 0x0d,
  Space: 0x20,
  Bang: 0x21,
  DoubleQuote: 0x22,
  Hash: 0x23,
  Dollar: 0x24,
  Quote: 0x27,
  Star: 0x2a,
  Plus: 0x2b,
  Minus: 0x2d,
  Dot: 0x2e,
  Slash: 0x2f,
  Zero: 0x30,
  Nine: 0x39,
  At: 0x40,
  Backslash: 0x5c,
  BracketOpen: 0x5b,
  BracketClose: 0x5d,
  Underscore: 0x5f,
  Backquote: 0x60,
} as const;

/** Space, tab, line feed, vertical tab, form feed, carriage return. */
export function isSpace(code: number): boolean {
  return code === Code.Space || (code >= Code.Tab && code <= Code.CarriageReturn);
}

export function isDigit(code: number): boolean {
  return code >= Code.Zero && code <= Code.Nine;
}

export function isHexDigit(code: number): boolean {
  return isDigit(code) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66);
}

export function isBitDigit(code: number): boolean {
  return code === Code.Zero || code === Code.Zero + 1;
}

/** A character of an unquoted name: letters, digits, `_`, `$` and everything beyond ASCII. */
export function isNamePart(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    isDigit(code) ||
    code === Code.Underscore ||
    code === Code.Dollar ||
    code >= 0x80
  );
}
