/** How the demo tells what happens. */
export interface Story {
  /** A new act. */
  act(title: string, text: string): void;
  /** What is about to be shown. */
  say(text: string): void;
  /** Somebody did or was told something. */
  event(who: string, text: string, kind: 'plain' | 'good' | 'wait' | 'bad'): void;
  /** A command that a person types, and what it answered. */
  command(line: string, output: string): void;
  /** What stands downstream. */
  table(name: string, columns: readonly string[], rows: number): void;
  /** The end. */
  end(agree: boolean, differences: readonly string[]): void;
}

const WIDTH = 100;

/** For people. */
export class TextStory implements Story {
  constructor(
    private readonly write: (text: string) => void,
    private readonly colours: boolean,
  ) {}

  act(title: string, text: string): void {
    this.write(`\n${this.#paint('1', `━━ ${title} `.padEnd(WIDTH, '━'))}\n${wrap(text, '')}\n`);
  }

  say(text: string): void {
    this.write(`\n${this.#paint('1', wrap(text, '', '▸ '))}\n`);
  }

  event(who: string, text: string, kind: 'plain' | 'good' | 'wait' | 'bad'): void {
    const colour = { plain: '0', good: '32', wait: '33', bad: '31' }[kind];
    const place = who.padEnd(20);
    this.write(`${this.#paint('2', `  ${place}`)}${this.#paint(colour, wrap(text, ' '.repeat(22)))}\n`);
  }

  command(line: string, output: string): void {
    const shown = output.trimEnd().split('\n');
    this.write(`${this.#paint('36', `  $ ${line}`)}\n${shown.map((text) => `    ${text}`).join('\n')}\n`);
  }

  table(name: string, columns: readonly string[], rows: number): void {
    this.event('downstream', `${name} (${columns.join(', ')}), ${rows} rows`, 'plain');
  }

  end(agree: boolean, differences: readonly string[]): void {
    if (agree) {
      const text = 'All shards agree: downstream has their schema, and exactly their rows.';
      this.write(`\n${this.#paint('1;32', text)}\n`);
      return;
    }
    this.write(`\n${this.#paint('1;31', 'Shards and downstream differ:')}\n${differences.join('\n')}\n`);
  }

  #paint(code: string, text: string): string {
    return this.colours && code !== '0' ? `\u001b[${code}m${text}\u001b[0m` : text;
  }
}

/** For programs: each thing a line of JSON. */
export class JsonStory implements Story {
  constructor(private readonly write: (text: string) => void) {}

  act(title: string, text: string): void {
    this.#line({ kind: 'act', title, text });
  }

  say(text: string): void {
    this.#line({ kind: 'say', text });
  }

  event(who: string, text: string, kind: string): void {
    this.#line({ kind: 'event', who, text, mood: kind });
  }

  command(line: string, output: string): void {
    this.#line({ kind: 'command', line, output });
  }

  table(name: string, columns: readonly string[], rows: number): void {
    this.#line({ kind: 'table', name, columns, rows });
  }

  end(agree: boolean, differences: readonly string[]): void {
    this.#line({ kind: 'end', agree, differences });
  }

  #line(value: object): void {
    this.write(`${JSON.stringify(value)}\n`);
  }
}

/** For programs, or for people; with colours on a terminal that wants them. */
export function storyOf(asJson: boolean, plain: boolean): Story {
  const write = (text: string): void => void process.stdout.write(text);
  if (asJson) return new JsonStory(write);
  const isColoured = process.stdout.isTTY && !plain && process.env['NO_COLOR'] === undefined;
  return new TextStory(write, isColoured);
}

/** Words in lines of at most `WIDTH`; lines after the first begin with `indent`, the first with `head`. */
function wrap(text: string, indent: string, head = ''): string {
  const lines: string[] = [];
  let line = head;
  for (const word of text.split(/\s+/u)) {
    // The first line stands behind what is as long as the indent.
    const before = lines.length === 0 ? indent.length : 0;
    if (before + line.length + word.length > WIDTH && line.trim() !== '') {
      lines.push(line.trimEnd());
      line = indent;
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()].join('\n');
}
