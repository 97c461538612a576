/** What a token is. `word`: an unquoted name or keyword; `name`: a quoted name; `end`: the text is over. */
export type TokenKind = 'word' | 'name' | 'string' | 'number' | 'hex' | 'bit' | 'variable' | 'symbol' | 'end';

/** A token. `start`, `end` are offsets into the text (UTF-16 units). */
export interface Token {
  readonly kind: TokenKind;
  /** Names unquoted, strings unescaped, hex and bit literals their digits in lower case, else as written. */
  readonly text: string;
  /** Words in upper case, to compare with keywords; empty for other kinds. */
  readonly upper: string;
  readonly start: number;
  readonly end: number;
}

/** How text is read, like MySQL's `sql_mode`. */
export interface LexerOptions {
  /** `"x"` is a name, not a string. */
  readonly ansiQuotes?: boolean;
}
