import { parse } from 'yaml';
import { LockstepError } from '../../core/model/error';
import { JsonValue } from '../../core/wire/json-reader';
import type { Flag } from './command';
import { readNamedFile } from './read-file';

/** The settings of a configuration file by their place, for example `serve.port`; one text, or several of a list. */
export type ConfigFile = ReadonlyMap<string, readonly string[]>;

/** No file. */
export const NO_CONFIG: ConfigFile = new Map();

/**
 * Read a configuration file in YAML. Each flag that has a place in it is known, and nothing else.
 * @throws LockstepError INVALID_INPUT with the key's path for an unknown key or a bad value
 */
export function readConfigFile(path: string, flags: readonly Flag[]): ConfigFile {
  return parseConfig(readNamedFile(path, 'the configuration file', 'config'), path, flags);
}

/** @throws LockstepError INVALID_INPUT with the key's path for an unknown key or a bad value */
export function parseConfig(text: string, path: string, flags: readonly Flag[]): ConfigFile {
  const known = new Map(flags.flatMap((flag) => (flag.setting === undefined ? [] : [[flag.setting, flag] as const])));
  const settings = new Map<string, readonly string[]>();
  try {
    const root = JsonValue.root(parse(text), path);
    if (root.isPresent) readSection(root, '', known, settings);
  } catch (error) {
    if (error instanceof LockstepError) throw invalid(error.message);
    // The parser's message names the line and the column.
    throw invalid(`${path}: not YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
  return settings;
}

function readSection(
  section: JsonValue,
  prefix: string,
  known: ReadonlyMap<string, Flag>,
  settings: Map<string, readonly string[]>,
): void {
  for (const name of section.names()) {
    const place = `${prefix}${name}`;
    const value = section.field(name);
    const flag = known.get(place);
    if (flag !== undefined) settings.set(place, readSetting(value, flag));
    else if ([...known.keys()].some((key) => key.startsWith(`${place}.`)))
      readSection(value, `${place}.`, known, settings);
    else value.fail(`unknown; expected one of ${namesIn(known, prefix).join(', ')}`);
  }
}

function readSetting(value: JsonValue, flag: Flag): readonly string[] {
  if (flag.kind === 'switch') return [String(value.boolean())];
  return flag.kind === 'list' && value.isList
    ? value.list((element) => readText(element, flag))
    : [readText(value, flag)];
}

function readText(value: JsonValue, { choices }: Flag): string {
  const text = value.isNumber ? String(value.integer()) : value.text();
  if (text === '') value.fail('must not be empty');
  if (choices !== undefined) value.oneOf(choices);
  return text;
}

function namesIn(known: ReadonlyMap<string, Flag>, prefix: string): string[] {
  const names = [...known.keys()]
    .filter((place) => place.startsWith(prefix))
    .map((place) => place.slice(prefix.length).split('.', 1)[0] ?? '');
  return [...new Set(names)].sort();
}

function invalid(message: string): LockstepError {
  return new LockstepError('INVALID_INPUT', message, { field: 'config' });
}
