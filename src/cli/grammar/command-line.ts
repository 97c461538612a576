import { parseArgs } from 'node:util';
import { LockstepError } from '../../core/model/error';
import { NO_CONFIG, readConfigFile } from './config-file';
import type { Command, Flag } from './command';
import { meantText } from '../../core/model/nearest';
import { Options } from './options';
import type { GivenFlags } from './options';

/** The flag of every command that names the configuration file. */
export const CONFIG_FLAG: Flag = {
  name: 'config',
  kind: 'text',
  value: 'FILE',
  help: 'settings in YAML; a flag or a variable wins over them',
  variable: 'LOCKSTEP_CONFIG',
};

/** The flag of every command. */
export const HELP_FLAG: Flag = { name: 'help', short: 'h', kind: 'switch', help: 'this text' };

/** What a command line comes to. */
export type Parsed =
  | { readonly kind: 'run'; readonly options: Options }
  | { readonly kind: 'help'; readonly command: Command }
  /** Which version of the program it is. */
  | { readonly kind: 'version' }
  /** No command: what there is. */
  | { readonly kind: 'overview'; readonly asked: boolean };

/**
 * Find the command and read what it was told.
 * @throws LockstepError INVALID_INPUT with what is wrong and where the help is
 */
export function parseCommandLine(
  words: readonly string[],
  commands: readonly Command[],
  environment: Readonly<Record<string, string | undefined>>,
): Parsed {
  const [first] = words;
  if (first === undefined) return { kind: 'overview', asked: false };
  if (first === 'help' || first === '--help' || first === '-h') return helpOf(words.slice(1), commands);
  if (first === '--version' || first === '-V') return { kind: 'version' };
  const command = findCommand(words, commands);
  if (command === null) throw unknownCommand(words, commands);
  const { values, positionals } = readWords(words.slice(command.name.split(' ').length), command);
  if (values['help'] === true) return { kind: 'help', command };
  checkArguments(command, positionals);
  // A worker's file is its own.
  const isSettings = command.flags.includes(CONFIG_FLAG);
  const path = isSettings ? (textOf(values['config']) ?? environment['LOCKSTEP_CONFIG']) : undefined;
  const file =
    path === undefined
      ? NO_CONFIG
      : readConfigFile(
          path,
          commands.flatMap(({ flags }) => flags),
        );
  return { kind: 'run', options: checked(new Options(command, positionals, values, environment, file)) };
}

function helpOf(words: readonly string[], commands: readonly Command[]): Parsed {
  if (words.length === 0) return { kind: 'overview', asked: true };
  const command = findCommand(words, commands);
  if (command === null) throw unknownCommand(words, commands);
  return { kind: 'help', command };
}

/** The command whose words the line begins with; of several the longest. */
export function findCommand(words: readonly string[], commands: readonly Command[]): Command | null {
  const matching = commands.filter(({ name }) => name.split(' ').every((word, index) => words[index] === word));
  return matching.reduce<Command | null>(
    (best, command) => (best === null || command.name.length > best.name.length ? command : best),
    null,
  );
}

function unknownCommand(words: readonly string[], commands: readonly Command[]): LockstepError {
  const [first = ''] = words;
  if (first.startsWith('-')) return invalid(`the command comes first, flags follow it: ${first}`, 'lockstep --help');
  const inside = commands.filter(({ name }) => name.startsWith(`${first} `)).map(({ name }) => name);
  if (inside.length > 0) return invalid(`${first} needs one more word: ${inside.join(', ')}`, 'lockstep --help');
  const name = words.slice(0, 2).join(' ');
  const names = commands.map((command) => command.name);
  const meant = meantText(name, names) || meantText(first, names);
  return invalid(`no such command: ${first}${meant}`, 'lockstep --help');
}

function readWords(
  words: readonly string[],
  command: Command,
): { readonly values: GivenFlags; readonly positionals: readonly string[] } {
  const options = Object.fromEntries(
    command.flags.map(({ name, short, kind }) => [
      name,
      {
        type: kind === 'switch' ? ('boolean' as const) : ('string' as const),
        multiple: kind === 'list',
        ...(short === undefined ? {} : { short }),
      },
    ]),
  );
  try {
    return parseArgs({ args: [...words], strict: true, allowPositionals: true, options });
  } catch (error) {
    const [reason = ''] = messageOf(error).split('. To specify', 1);
    throw invalid(`${reason}${meantFlag(reason, command)}`, `lockstep ${command.name} --help`);
  }
}

/** What the parser says, without the name of its error. */
function messageOf(error: unknown): string {
  return String(error).replace(/^\w+(?: \[\w+\])?: /u, '');
}

/** The flag that was probably meant, if the parser says that it knows none of that name. */
function meantFlag(reason: string, { flags }: Command): string {
  const [, unknown] = /^Unknown option '--([^']+)'/u.exec(reason) ?? [];
  const names = flags.map(({ name }) => `--${name}`);
  return unknown === undefined ? '' : meantText(`--${unknown}`, names);
}

function checkArguments(command: Command, given: readonly string[]): void {
  const help = `lockstep ${command.name} --help`;
  const missing = command.arguments[given.length];
  if (missing !== undefined && missing.optional !== true)
    throw invalid(`<${missing.name}> is missing: ${missing.help}`, help);
  const extra = given[command.arguments.length];
  if (extra !== undefined) throw invalid(`${JSON.stringify(extra)} is one argument too many`, help);
  for (const [index, { name, choices }] of command.arguments.entries())
    checkChoice(`<${name}>`, given[index] ?? null, choices, help);
}

/** Whatever place a value comes from, it is one that the flag takes. */
function checked(options: Options): Options {
  const { command } = options;
  for (const { name, kind, choices } of command.flags) {
    const help = `lockstep ${command.name} --help`;
    if (kind === 'text') checkChoice(`--${name}`, options.text(name), choices, help);
    if (kind !== 'switch' && [options.text(name), ...options.list(name)].includes(''))
      throw invalid(`--${name} must not be empty`, help);
  }
  return options;
}

function checkChoice(what: string, value: string | null, choices: readonly string[] | undefined, help: string): void {
  if (value === null || choices === undefined || choices.includes(value)) return;
  throw invalid(`${what} is one of ${choices.join(', ')}, not ${JSON.stringify(value)}`, help);
}

function textOf(value: GivenFlags[string]): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function invalid(message: string, help: string): LockstepError {
  return new LockstepError('INVALID_INPUT', `${message} (see: ${help})`, { field: 'arguments' });
}
