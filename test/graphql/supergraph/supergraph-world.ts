import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeServices } from '@theguild/federation-composition';
import { parse } from 'graphql';
import { startServer } from '../../../src/server';
import type { RunningServer } from '../../../src/server';
import { buildShardSchema, printShardSchema } from '../../../src/graphql/schema';
import { SilentLogger } from '../../support/silent-logger';
import { lockOf } from '../plain-worker';
import { NEIGHBOUR, NeighbourServer } from './neighbour';

/** The token of the router, which may speak for others. */
export const ROUTER_TOKEN = 'the token of the router';

/** The token of somebody who speaks for himself. */
export const OPERATOR_TOKEN = 'the token of an operator';

/** A lockstep that wants to know who asks, and a neighbour: what a router stands in front of. */
export class SupergraphWorld {
  private constructor(
    private readonly directory: string,
    readonly server: RunningServer,
    readonly neighbour: NeighbourServer,
    readonly supergraphSdl: string,
  ) {}

  static async start(task: string): Promise<SupergraphWorld> {
    const directory = mkdtempSync(join(tmpdir(), 'lockstep-supergraph-'));
    const server = await startServer({
      store: { kind: 'memory' },
      host: '127.0.0.1',
      port: 0,
      logger: new SilentLogger(),
      authFile: writeAuth(directory),
    });
    const neighbour = await NeighbourServer.start([
      { id: '1', title: 'orders stand still', task: { name: task }, lock: { id: lockOf(task) } },
    ]);
    const { supergraphSdl, errors } = composeServices([
      { name: 'lockstep', url: server.url, typeDefs: parse(printShardSchema(buildShardSchema())) },
      { name: 'neighbour', url: neighbour.url, typeDefs: parse(NEIGHBOUR) },
    ]);
    if (supergraphSdl === undefined) throw new Error(`it doesn't compose: ${JSON.stringify(errors)}`);
    return new SupergraphWorld(directory, server, neighbour, supergraphSdl);
  }

  async stop(): Promise<void> {
    await this.neighbour.stop();
    await this.server.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

function writeAuth(directory: string): string {
  const sha256 = (token: string): string => createHash('sha256').update(token).digest('hex');
  const bounds = "tasks: ['*'], sources: ['*']";
  const tokens = [
    `{name: router, sha256: ${sha256(ROUTER_TOKEN)}, roles: [operator, worker], ${bounds}, actAs: true}`,
    `{name: otto, sha256: ${sha256(OPERATOR_TOKEN)}, roles: [operator]}`,
  ];
  writeFileSync(join(directory, 'tokens.yaml'), `tokens:\n${tokens.map((token) => `  - ${token}\n`).join('')}`);
  const file = join(directory, 'auth.yaml');
  writeFileSync(file, 'tokens: tokens.yaml\n');
  return file;
}
