import { LockstepError } from '../model/error';

/** A value of the top of a TOML text: texts and booleans as such, everything else only as "something is here". */
export type TomlValue = string | boolean | typeof OTHER;

/** A number, date, list or inline table: passed over, not kept. */
export const OTHER = Symbol('other value');

/** Lists and inline tables deeper than this are refused, so that a hostile text can't exhaust the stack. */
const DEEPEST = 100;

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['b', '\b'],
  ['t', '\t'],
  ['n', '\n'],
  ['f', '\f'],
  ['r', '\r'],
  ['"', '"'],
  ['\\', '\\'],
]);

/** A place in a TOML text, and the reading of the keys and values from there. */
export class TomlCursor {
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly where: string,
  ) {}

  /** Pass over blanks, line ends and comments; what comes next: a key, a table header, or the end. */
  next(): 'key' | 'header' | 'end' {
    this.skip(/(?:[ \t\r\n]|#[^\n]*)*/uy);
    if (this.at >= this.text.length) return 'end';
    return this.text[this.at] === '[' ? 'header' : 'key';
  }

  /** A key up to its `=`; a dotted key is given as its parts. */
  readKey(): string[] {
    const parts: string[] = [];
    do {
      this.skip(/[ \t]*/uy);
      parts.push(this.readKeyPart());
      this.skip(/[ \t]*/uy);
    } while (this.take('.'));
    if (!this.take('=')) this.fail('expected =');
    this.skip(/[ \t]*/uy);
    return parts;
  }

  /** A value; `depth` counts the lists and inline tables round it. */
  readValue(depth = 0): TomlValue {
    if (depth > DEEPEST) return this.fail(`nested deeper than ${DEEPEST}`);
    const first = this.text[this.at];
    if (first === '"') return this.readBasic();
    if (first === "'") return this.readLiteral();
    if (first === '[') return this.passItems(']', () => this.readValue(depth + 1));
    if (first === '{') {
      return this.passItems('}', () => {
        this.readKey();
        return this.readValue(depth + 1);
      });
    }
    const word = this.skip(/[^\s,\]}#]+/uy);
    if (word === 'true' || word === 'false') return word === 'true';
    return /^[+-]?(?:\d|inf|nan)/u.test(word) ? this.passDate(word) : this.fail('expected a value');
  }

  /** The end of a line after a value: nothing but a comment may stand there. */
  endLine(): void {
    this.skip(/[ \t]*(?:#[^\n]*)?\r?/uy);
    if (this.at < this.text.length && !this.take('\n')) this.fail('expected the end of the line');
  }

  /** Refuse the text: always throws UNREADABLE_VALUE with the line. */
  fail(reason: string): never {
    const line = this.text.slice(0, this.at).split('\n').length;
    const { where } = this;
    throw new LockstepError('UNREADABLE_VALUE', `${where}: line ${line}: ${reason}`, { where, path: `line ${line}` });
  }

  private readKeyPart(): string {
    const first = this.text[this.at];
    if (first === '"') return this.readBasic();
    if (first === "'") return this.readLiteral();
    const bare = this.skip(/[\w-]+/uy);
    return bare === '' ? this.fail('expected a key') : bare;
  }

  private readBasic(): string {
    if (this.take('"""')) return this.readEscaped('"""');
    this.take('"');
    return this.readEscaped('"');
  }

  private readLiteral(): string {
    const quote = this.take("'''") ? "'''" : "'";
    if (quote === "'") this.take("'");
    const end = this.text.indexOf(quote, this.at);
    const line = this.text.indexOf('\n', this.at);
    if (end < 0 || (quote === "'" && line >= 0 && line < end)) return this.fail('a string without its end');
    // Up to two quotes may stand before the three that end it, and belong to the text.
    let close = end;
    if (quote === "'''") while (close < end + 2 && this.text[close + 3] === "'") close += 1;
    const raw = this.text.slice(this.at, close);
    this.at = close + quote.length;
    return quote === "'''" ? raw.replace(/^\r?\n/u, '') : raw;
  }

  private readEscaped(quote: '"' | '"""'): string {
    if (quote === '"""') this.skip(/\r?\n/uy);
    let read = '';
    // In the long form one or two quotes may stand anywhere, also just before the three that end it.
    const plain = quote === '"' ? /[^"\\\n]+/uy : /(?:[^"\\]+|"{1,2}(?!")|"{1,2}(?="{3}(?!")))+/uy;
    for (;;) {
      read += this.skip(plain);
      if (this.take(quote)) return read;
      if (!this.take('\\')) return this.fail('a string without its end');
      read += this.readEscape(quote);
    }
  }

  private readEscape(quote: '"' | '"""'): string {
    // A backslash at the end of a line joins it with the next text.
    if (quote === '"""' && this.skip(/[ \t]*\r?\n[ \t\r\n]*/uy) !== '') return '';
    const code = this.skip(/u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}/uy);
    if (code !== '') {
      const point = Number.parseInt(code.slice(1), 16);
      if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return this.fail(`no character: \\${code}`);
      return String.fromCodePoint(point);
    }
    const escape = this.text[this.at] ?? '';
    this.at += escape.length;
    return ESCAPES.get(escape) ?? this.fail(`unknown escape \\${escape}`);
  }

  /** Pass over the items up to `close`, separated by commas. */
  private passItems(close: ']' | '}', readItem: () => TomlValue): typeof OTHER {
    this.at += 1;
    for (;;) {
      this.next();
      if (this.take(close)) return OTHER;
      readItem();
      this.next();
      if (this.take(close)) return OTHER;
      if (!this.take(',')) return this.fail(`expected , or ${close}`);
    }
  }

  /** TOML allows a blank between the date and the time of day. */
  private passDate(word: string): typeof OTHER {
    if (/^\d{4}-\d{2}-\d{2}$/u.test(word)) this.skip(/ \d{2}:[^\s,\]}#]+/uy);
    return OTHER;
  }

  private take(token: string): boolean {
    if (!this.text.startsWith(token, this.at)) return false;
    this.at += token.length;
    return true;
  }

  /** Pass over what the sticky pattern matches here, and give it. */
  private skip(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? '';
    this.at += found.length;
    return found;
  }
}
