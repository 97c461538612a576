import { Code, isBitDigit, isDigit, isHexDigit, isNamePart, isSpace } from './characters';
import { readQuoted } from './quoted-text';
import { syntaxError } from './syntax-error';
import type { LexerOptions, Token, TokenKind } from './token';

/** Operators of more than one character, the longest first. */
const LongSymbols = ['<=>', '->>', '->', '<=', '>=', '<>', '!=', '<<', '>>', '&&', '||', ':='] as const;

const SingleSymbols = '(),.;=<>+-*/%&|^~!?:{}[]';

/** Symbols with which no longer one begins, by their codes. */
const LoneSymbols: readonly (string | undefined)[] = Array.from({ length: 0x80 }, (_, code) => {
  const symbol = String.fromCharCode(code);
  return '(),.;=+*/%^~?{}[]'.includes(symbol) ? symbol : undefined;
});

/** Versions by which a comment says that no server may read it as code. */
const NoServer: ReadonlySet<string> = new Set(['99999', '999999']);

/**
 * The lexer: tokens of a text, one at a time. Comments are skipped, except that the inside of versioned ones
 * (opened by `/*!50100`, `/*M!`, `/*T![feature]`) is code. Linear in the length of the text.
 */
export class Scanner {
  private at = 0;
  /** Where the versioned comment around the current place began; null: not within one. */
  private codeComment: number | null = null;
  private afterDot = false;
  private readonly ansiQuotes: boolean;

  constructor(
    readonly source: string,
    options: LexerOptions,
  ) {
    this.ansiQuotes = options.ansiQuotes === true;
  }

  /** The next token; `end` for ever once the text is over. Errors: `DDL_SYNTAX`. */
  next(): Token {
    this.skipBlanks();
    const token = this.read();
    this.afterDot = token.kind === 'symbol' && token.text === '.';
    this.at = token.end;
    return token;
  }

  private read(): Token {
    const start = this.at;
    if (start >= this.source.length) return this.readEnd();
    const code = this.source.charCodeAt(start);
    if (isNamePart(code)) return isDigit(code) && !this.afterDot ? this.readNumber(start) : this.readWord(start);
    if (code === Code.Quote || (code === Code.DoubleQuote && !this.ansiQuotes))
      return this.quoted('string', start, true);
    if (code === Code.Backquote || code === Code.DoubleQuote) return this.quoted('name', start, false);
    if (code === Code.Dot && !this.afterDot && isDigit(this.source.charCodeAt(start + 1)) && this.startsNumber(start)) {
      return this.token('number', start, this.endOfExponent(this.endOfDigits(start + 1)));
    }
    if (code === Code.At) return this.readVariable(start);
    const lone = LoneSymbols[code];
    return lone === undefined
      ? this.readSymbol(start)
      : { kind: 'symbol', text: lone, upper: '', start, end: start + 1 };
  }

  private readEnd(): Token {
    if (this.codeComment !== null) throw syntaxError(this.source, this.codeComment, 'a comment that is closed by "*/"');
    return this.token('end', this.source.length, this.source.length);
  }

  private readSymbol(start: number): Token {
    const long = LongSymbols.find((symbol) => this.source.startsWith(symbol, start));
    if (long !== undefined) return this.token('symbol', start, start + long.length);
    if (!SingleSymbols.includes(this.source.charAt(start))) throw syntaxError(this.source, start, 'a token of SQL');
    return this.token('symbol', start, start + 1);
  }

  private readWord(start: number): Token {
    const end = this.endOfName(start);
    if (end - start === 1 && this.source.charCodeAt(end) === Code.Quote) {
      const letter = this.source.charAt(start).toLowerCase();
      if (letter === 'x') return this.quotedDigits('hex', start, isHexDigit);
      if (letter === 'b') return this.quotedDigits('bit', start, isBitDigit);
    }
    return this.word(start, end);
  }

  /** `x'4D'`, `b'101'`; hexadecimal digits come in pairs. */
  private quotedDigits(kind: 'hex' | 'bit', start: number, isAllowed: (code: number) => boolean): Token {
    let end = start + 2;
    while (isAllowed(this.source.charCodeAt(end))) end += 1;
    const odd = kind === 'hex' && (end - start) % 2 === 1;
    if (this.source.charCodeAt(end) !== Code.Quote || odd) {
      throw syntaxError(this.source, start, kind === 'hex' ? 'pairs of hexadecimal digits' : 'binary digits');
    }
    return { kind, text: this.source.slice(start + 2, end).toLowerCase(), upper: '', start, end: end + 1 };
  }

  /** A number, or a name that begins with a digit. */
  private readNumber(start: number): Token {
    const prefixed = this.readPrefixed(start);
    if (prefixed !== null) return prefixed;
    const end = this.endOfDigits(start);
    if (this.source.charCodeAt(end) === Code.Dot)
      return this.token('number', start, this.endOfExponent(this.endOfDigits(end + 1)));
    if (!isNamePart(this.source.charCodeAt(end))) return this.token('number', start, end);
    const exponent = this.endOfExponent(end);
    const nameEnd = this.endOfName(end);
    if (exponent >= nameEnd) return this.token('number', start, exponent);
    return this.word(start, nameEnd);
  }

  /** `0x4D`, `0b101`; null: something else. */
  private readPrefixed(start: number): Token | null {
    if (this.source.charCodeAt(start) !== Code.Zero) return null;
    const letter = this.source.charAt(start + 1);
    if (letter !== 'x' && letter !== 'b') return null;
    const end = this.endOfName(start);
    const isAllowed = letter === 'x' ? isHexDigit : isBitDigit;
    if (end === start + 2) return null;
    for (let at = start + 2; at < end; at += 1) if (!isAllowed(this.source.charCodeAt(at))) return null;
    const digits = this.source.slice(start + 2, end).toLowerCase();
    const text = letter === 'x' && digits.length % 2 === 1 ? `0${digits}` : digits;
    return { kind: letter === 'x' ? 'hex' : 'bit', text, upper: '', start, end };
  }

  /** Whether `.5` is a number rather than the second half of a name like `t.5a`. */
  private startsNumber(start: number): boolean {
    const before = start === 0 ? Code.Space : this.source.charCodeAt(start - 1);
    return !isNamePart(before) && before !== Code.Backquote;
  }

  private endOfDigits(from: number): number {
    let end = from;
    while (isDigit(this.source.charCodeAt(end))) end += 1;
    return end;
  }

  private endOfName(from: number): number {
    let end = from;
    while (isNamePart(this.source.charCodeAt(end))) end += 1;
    return end;
  }

  /** The end of an exponent that begins at `from`; `from` itself if none does. */
  private endOfExponent(from: number): number {
    if (this.source.charAt(from).toLowerCase() !== 'e') return from;
    const sign = this.source.charCodeAt(from + 1);
    const digits = sign === Code.Plus || sign === Code.Minus ? from + 2 : from + 1;
    const end = this.endOfDigits(digits);
    return end === digits ? from : end;
  }

  /** `@a`, `` @`a b` ``, `@@global.x`. */
  private readVariable(start: number): Token {
    let at = start + 1;
    if (this.source.charCodeAt(at) === Code.At) at += 1;
    const code = this.source.charCodeAt(at);
    if (code === Code.Quote || code === Code.Backquote || code === Code.DoubleQuote) {
      return this.token('variable', start, this.quoted('name', at, code !== Code.Backquote).end);
    }
    while (isNamePart(this.source.charCodeAt(at)) || this.source.charCodeAt(at) === Code.Dot) at += 1;
    return this.token('variable', start, at);
  }

  private quoted(kind: 'string' | 'name', start: number, escapes: boolean): Token {
    const quoted = readQuoted(this.source, start, escapes);
    if (quoted === null) {
      throw syntaxError(
        this.source,
        start,
        kind === 'string' ? 'a string that is closed' : 'a quoted name that is closed',
      );
    }
    return { kind, text: quoted.text, upper: '', start, end: quoted.end };
  }

  private token(kind: TokenKind, start: number, end: number): Token {
    return { kind, text: this.source.slice(start, end), upper: '', start, end };
  }

  private word(start: number, end: number): Token {
    const text = this.source.slice(start, end);
    return { kind: 'word', text, upper: text.toUpperCase(), start, end };
  }

  private skipBlanks(): void {
    for (;;) {
      const code = this.source.charCodeAt(this.at);
      if (isSpace(code)) this.at += 1;
      else if (!this.skipComment(code)) return;
    }
  }

  private skipComment(code: number): boolean {
    const next = this.source.charCodeAt(this.at + 1);
    if (code === Code.Slash && next === Code.Star) return this.skipBlockComment();
    if (code === Code.Hash) return this.skipLine();
    if (code === Code.Minus && next === Code.Minus) {
      const third = this.source.charCodeAt(this.at + 2);
      // `a--1` is a subtraction: MySQL wants a blank after the dashes.
      return Number.isNaN(third) || third <= Code.Space ? this.skipLine() : false;
    }
    if (code === Code.Star && next === Code.Slash && this.codeComment !== null) {
      this.codeComment = null;
      this.at += 2;
      return true;
    }
    return false;
  }

  private skipLine(): true {
    const end = this.source.indexOf('\n', this.at);
    this.at = end === -1 ? this.source.length : end + 1;
    return true;
  }

  private skipBlockComment(): true {
    const start = this.at;
    const third = this.source.charAt(start + 2);
    const fourth = this.source.charAt(start + 3);
    if (this.codeComment === null && (third === '!' || ((third === 'M' || third === 'T') && fourth === '!'))) {
      const from = third === '!' ? start + 3 : start + 4;
      if (!NoServer.has(this.source.slice(from, this.endOfMarker(from)))) {
        this.codeComment = start;
        this.at = this.endOfMarker(from);
        return true;
      }
    }
    const end = this.source.indexOf('*/', start + 2);
    if (end === -1) throw syntaxError(this.source, start, 'a comment that is closed by "*/"');
    this.at = end + 2;
    return true;
  }

  /** After `/*!` comes a version of five or six digits, after `/*T!` a list of features in brackets. */
  private endOfMarker(from: number): number {
    if (this.source.charCodeAt(from) === Code.BracketOpen) {
      const close = this.source.indexOf(']', from);
      const line = this.source.slice(from + 1, Math.min(close, from + 200));
      if (close !== -1 && /^[a-z_,\s]*$/i.test(line)) return close + 1;
    }
    const digits = Math.min(this.endOfDigits(from), from + 6);
    return digits - from >= 5 ? digits : from;
  }
}
