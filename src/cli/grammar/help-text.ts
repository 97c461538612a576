import type { Argument, Command, Flag } from './command';

const WIDTH = 80;

/** What `lockstep --help` prints. */
export function overviewText(
  groups: readonly { readonly title: string; readonly commands: readonly Command[] }[],
): string {
  const all = groups.flatMap(({ commands }) => commands);
  const indent = Math.max(...all.map(({ name }) => name.length)) + 4;
  const lines = groups.flatMap(({ title, commands }) => [
    `${title}:`,
    ...commands.map(({ name, summary }) => entry(`  ${name}`, summary, indent)),
    '',
  ]);
  return [
    'Usage: lockstep <command> [flags] [arguments]',
    '',
    ...lines,
    'lockstep <command> --help tells more, lockstep --version which version this is.',
    'Flags win over the environment (LOCKSTEP_…), the environment over the',
    'configuration file (--config FILE).',
    '',
  ].join('\n');
}

/** What `lockstep <command> --help` prints. */
export function commandText({ name, summary, details, examples = [], arguments: args, flags }: Command): string {
  const words = flags.map((flag) => flagWords(flag));
  const indent = Math.min(
    34,
    Math.max(...words.map(({ length }) => length), ...args.map((arg) => arg.name.length + 4)) + 2,
  );
  return [
    `Usage: lockstep ${[name, '[flags]', ...args.map(argumentWords)].join(' ')}`,
    '',
    wrap(sentence(summary), WIDTH, ''),
    ...(details === undefined ? [] : ['', wrap(details, WIDTH, '')]),
    '',
    ...args.map((arg) => entry(`  <${arg.name}>`, arg.help, indent)),
    ...(args.length === 0 ? [] : ['']),
    ...flags.map((flag, index) => entry(words[index] ?? '', flagHelp(flag), indent)),
    // What is to be copied isn't broken.
    ...(examples.length === 0 ? [] : ['', 'For example:', ...examples.map((example) => `  ${example}`)]),
    '',
  ].join('\n');
}

function argumentWords({ name, optional }: Argument): string {
  return optional === true ? `[<${name}>]` : `<${name}>`;
}

function flagWords({ name, short, kind, value, choices }: Flag): string {
  const before = short === undefined ? '      ' : `  -${short}, `;
  return `${before}--${name}${kind === 'switch' ? '' : ` ${value ?? choices?.join('|') ?? 'TEXT'}`}`;
}

function flagHelp({ kind, help, variable, initial, choices, value }: Flag): string {
  const more = [
    ...(kind === 'list' ? ['may be given several times'] : []),
    ...(choices !== undefined && value !== undefined ? [choices.join(', ')] : []),
    ...(variable === undefined ? [] : [variable]),
    ...(initial === undefined ? [] : [initial]),
  ];
  return more.length === 0 ? help : `${help} (${more.join('; ')})`;
}

/** A name and what it means, which begins in a column of its own. */
function entry(name: string, meaning: string, indent: number): string {
  const space = ' '.repeat(indent);
  const text = wrap(meaning, WIDTH - indent, space);
  return name.length + 2 > indent ? `${name}\n${space}${text}` : name.padEnd(indent) + text;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** Break a text between words; lines after the first begin with `indent`. */
function wrap(text: string, width: number, indent: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join(`\n${indent}`);
}
