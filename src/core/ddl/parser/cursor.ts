import { ReservedWords } from '../lexer/reserved-words';
import { Scanner } from '../lexer/scanner';
import { nestedTooDeeply, syntaxError, unsupported } from '../lexer/syntax-error';
import type { LexerOptions, Token } from '../lexer/token';

/**
 * How deep expressions may nest: brackets, operators on operators and calls in calls alike. The stack of Node holds about
 * twice as much before any code is optimised (calls: 1,100 levels), so every walk over a tree may recurse.
 */
export const NestingLimit = 600;

/** Whether a token can be a name: quoted, or a word that isn't reserved. */
export function isNameToken(token: Token): boolean {
  return token.kind === 'name' || (token.kind === 'word' && !ReservedWords.has(token.upper));
}

/** The parser's place in a text: the current token, a look ahead, and the words of recursive descent over them. */
export class Cursor {
  private readonly scanner: Scanner;
  private readonly ahead: Token[] = [];
  private depth = 0;
  /** Height of the tallest expression read since it was last set to 0. */
  height = 0;
  token: Token;

  constructor(
    readonly source: string,
    options: LexerOptions,
  ) {
    this.scanner = new Scanner(source, options);
    this.token = this.scanner.next();
  }

  /** Go to the next token; returns the one left behind. */
  advance(): Token {
    const left = this.token;
    this.token = (this.ahead.length > 0 ? this.ahead.shift() : undefined) ?? this.scanner.next();
    return left;
  }

  /** The `distance`-th token after the current one. */
  peek(distance: number): Token {
    while (this.ahead.length < distance) this.ahead.push(this.scanner.next());
    return this.ahead[distance - 1] ?? this.token;
  }

  /** Whether the text is over. */
  isEnd(): boolean {
    return this.token.kind === 'end';
  }

  /** Whether the current token is this keyword. */
  is(keyword: string): boolean {
    return this.token.upper === keyword;
  }

  isOneOf(...keywords: readonly string[]): boolean {
    return this.token.kind === 'word' && keywords.includes(this.token.upper);
  }

  /** Whether the tokens from the current one on are these keywords. */
  areNext(...keywords: readonly string[]): boolean {
    for (const [index, keyword] of keywords.entries())
      if ((index === 0 ? this.token : this.peek(index)).upper !== keyword) return false;
    return true;
  }

  isSymbol(symbol: string): boolean {
    return this.token.kind === 'symbol' && this.token.text === symbol;
  }

  isSymbolNext(symbol: string): boolean {
    const next = this.peek(1);
    return next.kind === 'symbol' && next.text === symbol;
  }

  /** Pass the keyword if it comes next. */
  accept(keyword: string): boolean {
    if (this.token.upper !== keyword) return false;
    this.advance();
    return true;
  }

  /** Pass the keywords if all of them come next. */
  acceptAll(...keywords: readonly string[]): boolean {
    if (this.token.upper !== keywords[0] || !this.areNext(...keywords)) return false;
    for (let passed = 0; passed < keywords.length; passed += 1) this.advance();
    return true;
  }

  /** Pass the one of the keywords that comes next; null: none. */
  acceptOneOf(...keywords: readonly string[]): string | null {
    return this.isOneOf(...keywords) ? this.advance().upper : null;
  }

  acceptSymbol(symbol: string): boolean {
    if (!this.isSymbol(symbol)) return false;
    this.advance();
    return true;
  }

  expect(...keywords: readonly string[]): void {
    for (const keyword of keywords) if (!this.accept(keyword)) this.fail(keyword);
  }

  expectOneOf(...keywords: readonly string[]): string {
    return this.acceptOneOf(...keywords) ?? this.fail(keywords.join(' or '));
  }

  expectSymbol(symbol: string): void {
    if (!this.acceptSymbol(symbol)) this.fail(`"${symbol}"`);
  }

  /** Whether the current token can be a name: quoted, or a word that isn't reserved. */
  isName(): boolean {
    return isNameToken(this.token);
  }

  /** A name; `what` tells the error what kind of. Errors: `DDL_SYNTAX`. */
  name(what: string): string {
    return this.isName() ? this.advance().text : this.fail(what);
  }

  /** A name after a dot, where even reserved words are names. */
  nameAfterDot(what: string): string {
    return this.token.kind === 'word' || this.token.kind === 'name' ? this.advance().text : this.fail(what);
  }

  /** A string literal's text; adjacent literals are one. */
  string(what: string): string {
    if (!this.isString()) this.fail(what);
    let text = '';
    while (this.isString()) text += this.advance().text;
    return text;
  }

  private isString(): boolean {
    return this.token.kind === 'string';
  }

  /** Digits, as written. */
  digits(what: string): string {
    const isInteger = this.token.kind === 'number' && !/[.e]/i.test(this.token.text);
    return isInteger ? this.advance().text : this.fail(what);
  }

  /** A number small enough to count with. */
  count(what: string): number {
    const { token } = this;
    const count = Number(this.digits(what));
    return Number.isSafeInteger(count) ? count : this.failAt(token, what);
  }

  /** A list of at least one, separated by commas. */
  list<Item>(read: () => Item): Item[] {
    const items = [read()];
    while (this.acceptSymbol(',')) items.push(read());
    return items;
  }

  /** A list in brackets. */
  bracketed<Item>(read: () => Item): Item[] {
    this.expectSymbol('(');
    const items = this.list(read);
    this.expectSymbol(')');
    return items;
  }

  /** Go into something that nests; `leave` comes after it. Errors: `DDL_NESTED_TOO_DEEPLY`. */
  enter(): void {
    this.depth += 1;
    this.checkHeight(this.depth);
  }

  /** Come out of what `enter` went into. A typed error ends the whole parse, so it needs no such call. */
  leave(): void {
    this.depth -= 1;
  }

  /** Errors: `DDL_NESTED_TOO_DEEPLY` if an expression of this height is too tall. */
  checkHeight(height: number): void {
    if (height > NestingLimit) throw nestedTooDeeply(this.source, this.token.start, NestingLimit);
  }

  fail(expected: string): never {
    return this.failAt(this.token, expected);
  }

  failAt(token: Token, expected: string): never {
    throw syntaxError(this.source, token.start, expected);
  }

  failUnsupported(what: string): never {
    throw unsupported(this.source, this.token.start, what);
  }
}
