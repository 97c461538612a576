import { createRequire } from 'node:module';
import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CheckpointStore, DownstreamPlugin, Logger, UpstreamPlugin } from '../../../sdk';
import { FileCheckpoints, systemTiming } from '../../../sdk';
import { MemoryDownstream, RemoteDownstream } from '../../../sdk/plugins/memory';
import { FileGates, ScriptUpstream } from '../../../sdk/plugins/script';
import { LockstepError } from '../../core/model/error';
import { memberOf } from '../../core/model/member-of';
import { onlyFields } from '../../core/wire/only-fields';
import { readNamedFile } from '../grammar/read-file';
import type { PluginChoice, WorkerSection } from './worker-file';

/** The plugins of a worker. */
export interface Plugins {
  readonly upstream: UpstreamPlugin;
  readonly downstream: DownstreamPlugin;
  readonly checkpoints?: CheckpointStore;
}

/** What makes a plugin out of its section: a built-in one, or what a module exports under the name of the place. */
type Make = (settings: unknown, folder: string, owner: PluginOwner) => unknown;

/** For whom a plugin is made. */
interface PluginOwner {
  readonly task: string;
  readonly source: string;
  readonly logger: Logger;
}

/**
 * Make the plugins that a worker's section names: `mysql`, `script` (upstream), `memory` (downstream) and `file` (checkpoints), or a
 * module by its path, relative to the file, or by the name of its package. A module exports `createUpstream`,
 * `createDownstream` or `createCheckpoints`: `(settings, folder, { task, source, logger }) => plugin`, perhaps as a promise.
 * @throws LockstepError INVALID_INPUT for a plugin that isn't there; what the module throws as PLUGIN_FAILED
 */
export async function makePlugins(section: WorkerSection, logger: Logger): Promise<Plugins> {
  const { checkpoints, folder, options } = section;
  const owner = { task: options.task, source: options.source, logger };
  const made: Closed[] = [];
  const keep = <T extends Closed>(plugin: T): T => {
    made.push(plugin);
    return plugin;
  };
  try {
    return {
      upstream: keep(await makeUpstream(section, owner)),
      downstream: keep(await makeDownstream(section, owner)),
      ...(checkpoints === null ? {} : { checkpoints: await makeCheckpoints(checkpoints, folder, owner) }),
    };
  } catch (error) {
    // Their connections would keep the process from ending.
    for (const plugin of made) await plugin.close();
    throw error;
  }
}

type Closed = Pick<UpstreamPlugin, 'close'>;

/** Of a script: `file` is its text, `schema` the database that it begins in, `gates` the folder whose files open its gates. */
async function makeUpstream({ upstream, folder }: WorkerSection, owner: PluginOwner): Promise<UpstreamPlugin> {
  if (upstream.plugin !== 'script') return makeModule(upstream, folder, owner, 'createUpstream', isUpstream);
  const { settings } = upstream;
  onlyFields(settings, ['plugin', 'file', 'schema', 'gates']);
  const schema = settings.field('schema').nullable((field) => field.text());
  const gates = settings.field('gates').nullable((field) => new FileGates(resolve(folder, field.text()), systemTiming));
  return new ScriptUpstream({
    text: readNamedFile(resolve(folder, settings.field('file').text()), 'the script', 'upstream.file'),
    ...(schema === null ? {} : { schema }),
    ...(gates === null ? {} : { gates }),
  });
}

/** Of tables in memory: those of this process, kept in `file` if there is one; with `port` those of another process. */
async function makeDownstream({ downstream, folder }: WorkerSection, owner: PluginOwner): Promise<DownstreamPlugin> {
  if (downstream.plugin !== 'memory') return makeModule(downstream, folder, owner, 'createDownstream', isDownstream);
  const { settings } = downstream;
  onlyFields(settings, ['plugin', 'file', 'port']);
  // One downstream may serve several tasks, and a source takes part in each with a place of its own.
  const reader = `${owner.task}/${owner.source}`;
  if (settings.field('port').isPresent) return new RemoteDownstream(settings.field('port').count(), reader);
  const file = settings.field('file').nullable((field) => resolve(folder, field.text()));
  return new MemoryDownstream(file === null ? {} : { file }).connect(reader);
}

async function makeCheckpoints(choice: PluginChoice, folder: string, owner: PluginOwner): Promise<CheckpointStore> {
  if (choice.plugin !== 'file') return makeModule(choice, folder, owner, 'createCheckpoints', isCheckpointStore);
  onlyFields(choice.settings, ['plugin', 'folder']);
  return new FileCheckpoints(resolve(folder, choice.settings.field('folder').text()), owner.task);
}

async function makeModule<T>(
  { plugin, settings }: PluginChoice,
  folder: string,
  owner: PluginOwner,
  name: string,
  isPlugin: (value: unknown) => value is T,
): Promise<T> {
  const make = await loadMaker(plugin, folder, name);
  let made: unknown;
  try {
    made = await make(JSON.parse(settings.json()), folder, owner);
  } catch (error) {
    if (error instanceof LockstepError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new LockstepError('PLUGIN_FAILED', `${plugin}: ${name} failed: ${reason}`, { plugin });
  }
  if (isPlugin(made)) return made;
  throw new LockstepError('PLUGIN_FAILED', `${plugin}: ${name} made something that isn't such a plugin`, { plugin });
}

async function loadMaker(plugin: string, folder: string, name: string): Promise<Make> {
  // Loaded when it is wanted: it brings the client of a database.
  if (plugin === 'mysql') return makerIn(createRequire(__filename)('../../../sdk/plugins/mysql'), plugin, name);
  const isPath = plugin.startsWith('.') || isAbsolute(plugin);
  const specifier = isPath ? pathToFileURL(resolve(folder, plugin)).href : plugin;
  let module: unknown;
  try {
    module = await import(specifier);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LockstepError('INVALID_INPUT', `can't load the plugin ${plugin}: ${reason}`, { plugin });
  }
  return makerIn(module, plugin, name);
}

function makerIn(module: unknown, plugin: string, name: string): Make {
  const make = memberOf(module, name) ?? memberOf(memberOf(module, 'default'), name);
  if (isMaker(make)) return make;
  throw new LockstepError('INVALID_INPUT', `the plugin ${plugin} exports no ${name}`, { plugin });
}

function isMaker(value: unknown): value is Make {
  return typeof value === 'function';
}

function hasMethods(value: unknown, names: readonly string[]): boolean {
  return names.every((name) => typeof memberOf(value, name) === 'function');
}

function isUpstream(value: unknown): value is UpstreamPlugin {
  return hasMethods(value, ['tables', 'createTable', 'read', 'compare', 'close']);
}

function isDownstream(value: unknown): value is DownstreamPlugin {
  return hasMethods(value, ['execute', 'apply', 'close']);
}

function isCheckpointStore(value: unknown): value is CheckpointStore {
  return hasMethods(value, ['load', 'save', 'close']);
}
