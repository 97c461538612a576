import { afterAll, beforeAll } from '@jest/globals';
import { DatabaseServer } from '../../../src/demo/mysql/database-server';
import { useDirectories } from '../../adapters/embedded/use-directories';
import { runCommand } from '../../cli/run-command';
import type { Ended } from '../../cli/run-command';
import { ServerInProcess } from '../../end-to-end/server-in-process';
import type { StageOptions } from './merge-stage';
import { MergeStage } from './merge-stage';

/** Two sources, a downstream and a lockstep server for the tests of one file. */
export interface Scene {
  readonly sources: readonly [DatabaseServer, DatabaseServer];
  readonly downstream: DatabaseServer;
  readonly server: ServerInProcess;
  /** Play on a stage of its own. */
  play(options: StageOptions, play: (stage: MergeStage) => Promise<void>): Promise<void>;
  /** A command as a person types it. */
  lockstep(...words: readonly string[]): Promise<Ended>;
}

/**
 * They start before the tests and end behind them.
 * @param options more options of all databases
 * @returns what has them, once tests run
 */
export function useScene(options: readonly string[] = []): () => Scene {
  const makeDirectory = useDirectories();
  const closing: (() => Promise<void>)[] = [];
  let scene: Scene | null = null;
  beforeAll(async () => {
    const start = async (): Promise<DatabaseServer> => {
      const database = await DatabaseServer.start(options);
      closing.push(() => database.stop());
      return database;
    };
    const [first, second, downstream] = await Promise.all([start(), start(), start()]);
    const server = new ServerInProcess(makeDirectory());
    await server.start();
    closing.push(() => server.stop());
    scene = {
      ...{ sources: [first, second], downstream, server },
      play: (options, play) => playOn({ sources: [first, second], downstream }, server, options, play),
      lockstep: (...words) => runCommand(words, { environment: { LOCKSTEP_SERVER: server.url } }),
    };
  });
  afterAll(async () => {
    await Promise.all(closing.map((close) => close()));
  });
  return () => {
    if (scene === null) throw new Error('the scene isn’t set yet');
    return scene;
  };
}

async function playOn(
  databases: Pick<Scene, 'sources' | 'downstream'>,
  server: ServerInProcess,
  options: StageOptions,
  play: (stage: MergeStage) => Promise<void>,
): Promise<void> {
  const stage = await MergeStage.open(databases, server.url, options);
  try {
    await play(stage);
    await stage.merged();
  } finally {
    await stage.close();
  }
}
