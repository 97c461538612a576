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
export interface WorkerFile {
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
 * Read the file of `lockstep worker --config`.
 * @throws LockstepError INVALID_INPUT with the path of what is wrong: an unknown key, a bad value
 */
export function readWorkerFile(file: string): WorkerFile {
  const value = JsonValue.root(readYaml(file), file);
  try {
    return workerFileOf(value, file);
  } catch (error) {
    if (!(error instanceof LockstepError) || error.code !== 'UNREADABLE_VALUE') throw error;
    throw new LockstepError('INVALID_INPUT', error.message, { field: 'config' });
  }
}

function workerFileOf(value: JsonValue, file: string): WorkerFile {
  onlyFields(value, FIELDS);
  const folder = dirname(resolve(file));
  return {
    folder,
    options: {
      url: value
        .field('server')
        .or('http://127.0.0.1:4000', (field) => field.text())
        .replace(/\/?(?:graphql)?$/u, '/graphql'),
      ...optional('token', value.field('token-file'), (field) => tokenOf(resolve(folder, field.text()))),
      name: value.field('name').text(),
      task: value.field('task').text(),
      mode: modeOf(value.field('mode')),
      strict: value.field('strict').or(false, (field) => field.boolean()),
      source: value.field('source').text(),
      ...optional('expectedSources', value.field('expected-sources'), texts),
      routes: value.field('routes').list(routeOf),
      ...optional('blockAllowList', value.field('block-allow-list'), blockAllowListOf),
      ...optional('ignoreSql', value.field('ignore-sql'), (field) => field.list(expressionOf)),
      ...optional('limits', value.field('limits'), limitsOf),
    },
    upstream: pluginOf(value.field('upstream')),
    downstream: pluginOf(value.field('downstream')),
    checkpoints: value.field('checkpoints').nullable(pluginOf),
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

/** The file is read each time that somebody is asked who he is, so that a token can be replaced while the worker runs. */
function tokenOf(file: string): () => string {
  return () => readNamedFile(file, 'the token file', 'token-file').trim();
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
