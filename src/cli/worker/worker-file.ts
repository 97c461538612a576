import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { defaultLimits } from '../../../sdk';
import type { BlockAllowList, Route, ShardWorkerOptions, TablePattern, WorkerLimits } from '../../../sdk';
import { LockstepError } from '../../core/model/error';
import { JsonValue } from '../../core/wire/json-reader';
import { onlyFields } from '../../core/wire/only-fields';
import { readNamedFile } from '../grammar/read-file';

/** A plugin by name or module, with what is left of its section. */
export interface PluginChoice {
  readonly plugin: string;
  /** Its own settings; only the plugin knows them. */
  readonly settings: JsonValue;
}

/** What a file says of one worker; plugins are still to be made. */
export interface WorkerSection {
  readonly options: Omit<ShardWorkerOptions, 'upstream' | 'downstream' | 'checkpoints' | 'logger'>;
  readonly upstream: PluginChoice;
  readonly downstream: PluginChoice;
  readonly checkpoints: PluginChoice | null;
  /** What paths of the file are relative to. */
  readonly folder: string;
}

const FIELDS = [
  'server',
  'token-file',
  'name',
  'task',
  'mode',
  'strict',
  'source',
  'expected-sources',
  'upstream',
  'downstream',
  'checkpoints',
  'routes',
  'block-allow-list',
  'ignore-sql',
  'limits',
];

/**
 * Read the file of `lockstep worker --config`: one worker, or a list `workers`, for which the rest of the file says what
 * they have in common.
 * @throws LockstepError INVALID_INPUT with the path of what is wrong: an unknown key, a bad value, two workers for one source
 *   of one task
 */
export function readWorkerFile(file: string): readonly WorkerSection[] {
  const value = JsonValue.root(readYaml(file), file);
  try {
    return readSections(value, dirname(resolve(file)));
  } catch (error) {
    if (!(error instanceof LockstepError) || error.code !== 'UNREADABLE_VALUE') throw error;
    throw new LockstepError('INVALID_INPUT', error.message, { field: 'config' });
  }
}

function readSections(common: JsonValue, folder: string): readonly WorkerSection[] {
  onlyFields(common, [...FIELDS, 'workers']);
  const list = common.field('workers');
  if (!list.isPresent) return [readSection((name) => common.field(name), folder)];
  const known = new Set<string>();
  const sections = list.list((own) => {
    onlyFields(own, FIELDS);
    const section = readSection((name) => (own.field(name).isPresent ? own : common).field(name), folder);
    const { task, source } = section.options;
    if (known.has(JSON.stringify([task, source]))) own.fail(`a second worker for source ${source} of task ${task}`);
    known.add(JSON.stringify([task, source]));
    return section;
  });
  return sections.length > 0 ? sections : list.fail('expected at least one worker');
}

/** @param field a setting by its name: the worker's own, or the common one */
function readSection(field: (name: string) => JsonValue, folder: string): WorkerSection {
  return {
    folder,
    options: {
      url: field('server')
        .or('http://127.0.0.1:4000', (url) => url.text())
        .replace(/(?:\/graphql)?\/?$/u, '/graphql'),
      ...optional('token', field('token-file'), (token) => tokenOf(resolve(folder, token.text()))),
      name: field('name').text(),
      task: field('task').text(),
      mode: modeOf(field('mode')),
      strict: field('strict').or(false, (strict) => strict.boolean()),
      source: field('source').text(),
      ...optional('expectedSources', field('expected-sources'), texts),
      routes: field('routes').list(routeOf),
      ...optional('blockAllowList', field('block-allow-list'), blockAllowListOf),
      ...optional('ignoreSql', field('ignore-sql'), (patterns) => patterns.list(expressionOf)),
      ...optional('limits', field('limits'), limitsOf),
    },
    upstream: pluginOf(field('upstream')),
    downstream: pluginOf(field('downstream')),
    checkpoints: field('checkpoints').nullable(pluginOf),
  };
}

function readYaml(file: string): unknown {
  const text = readNamedFile(file, 'the worker’s file', 'config');
  try {
    return parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LockstepError('INVALID_INPUT', `${file} is not YAML: ${reason}`, { field: 'config' });
  }
}

function optional<Name extends string, T>(
  name: Name,
  field: JsonValue,
  read: (field: JsonValue) => T,
): Partial<Record<Name, T>> {
  const part: Partial<Record<Name, T>> = {};
  if (field.isPresent) part[name] = read(field);
  return part;
}

/**
 * The file is read each time that somebody is asked who he is, so that a token can be replaced while the worker runs.
 * @throws LockstepError INVALID_INPUT if it can't be read now
 */
function tokenOf(file: string): () => string {
  const read = (): string => readNamedFile(file, 'the token file', 'token-file').trim();
  read();
  return read;
}

function modeOf(field: JsonValue): 'optimistic' | 'pessimistic' {
  const mode = field.text();
  return mode === 'optimistic' || mode === 'pessimistic' ? mode : field.fail('expected optimistic or pessimistic');
}

function texts(field: JsonValue): readonly string[] {
  return field.list((element) => element.text());
}

function routeOf(route: JsonValue): Route {
  onlyFields(route, ['schema-pattern', 'table-pattern', 'target-schema', 'target-table']);
  return {
    schemaPattern: route.field('schema-pattern').text(),
    ...optional('tablePattern', route.field('table-pattern'), (field) => field.text()),
    targetSchema: route.field('target-schema').text(),
    ...optional('targetTable', route.field('target-table'), (field) => field.text()),
  };
}

function blockAllowListOf(list: JsonValue): BlockAllowList {
  onlyFields(list, ['do-dbs', 'ignore-dbs', 'do-tables', 'ignore-tables']);
  return {
    ...optional('doSchemas', list.field('do-dbs'), texts),
    ...optional('ignoreSchemas', list.field('ignore-dbs'), texts),
    ...optional('doTables', list.field('do-tables'), (field) => field.list(tablePatternOf)),
    ...optional('ignoreTables', list.field('ignore-tables'), (field) => field.list(tablePatternOf)),
  };
}

function tablePatternOf(pattern: JsonValue): TablePattern {
  onlyFields(pattern, ['db-name', 'tbl-name']);
  return { schema: pattern.field('db-name').text(), table: pattern.field('tbl-name').text() };
}

function expressionOf(field: JsonValue): RegExp {
  try {
    return new RegExp(field.text(), 'iu');
  } catch (error) {
    return field.fail(error instanceof Error ? error.message : String(error));
  }
}

/** The limits, each by its name with dashes: `queued-events`. */
function limitsOf(section: JsonValue): Partial<WorkerLimits> {
  const names = Object.keys(defaultLimits).map(
    (name) => [name, name.replaceAll(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`)] as const,
  );
  onlyFields(
    section,
    names.map(([, written]) => written),
  );
  const given = names.filter(([, written]) => section.field(written).isPresent);
  return Object.fromEntries(given.map(([name, written]) => [name, section.field(written).count()]));
}

function pluginOf(section: JsonValue): PluginChoice {
  return { plugin: section.field('plugin').text(), settings: section };
}
