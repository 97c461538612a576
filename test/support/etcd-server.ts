import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureServer, findFreePort } from './servers';

/** A real etcd of our own, on loopback, with an empty store. */
export interface EtcdServer {
  readonly url: string;
  /** End it, and remove its data. */
  readonly stop: () => Promise<void>;
}

const START_MS = 30_000;

/** Start an etcd on free ports in a temporary directory. */
export async function startEtcd(): Promise<EtcdServer> {
  const program = ensureServer('etcd');
  const directory = mkdtempSync(join(tmpdir(), 'lockstep-etcd-'));
  const url = `http://127.0.0.1:${await findFreePort()}`;
  const peerUrl = `http://127.0.0.1:${await findFreePort()}`;
  const settings = {
    'data-dir': directory,
    'listen-client-urls': url,
    'advertise-client-urls': url,
    'listen-peer-urls': peerUrl,
    'initial-advertise-peer-urls': peerUrl,
    'initial-cluster': `default=${peerUrl}`,
    // Otherwise a watch without changes tells how far it is every ten minutes.
    'experimental-watch-progress-notify-interval': '100ms',
    logger: 'zap',
  };
  const child = spawn(
    program,
    Object.entries(settings).map(([name, value]) => `--${name}=${value}`),
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ETCD_UNSUPPORTED_ARCH: goArchitecture() } },
  );
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log = `${log}${chunk.toString()}`.slice(-4_000);
  });
  const ended = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(timer);
    rmSync(directory, { recursive: true, force: true });
  };
  for (let waitedMs = 0; !(await isHealthy(url)); waitedMs += 50) {
    if (child.exitCode !== null || waitedMs > START_MS) {
      await stop();
      throw new Error(`etcd didn't start:\n${log}`);
    }
    await sleep(50);
  }
  return { url, stop };
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    return (await (await fetch(`${url}/health`)).text()).includes('"true"');
  } catch {
    return false;
  }
}

/** etcd 3.4 starts on some machines only if it is told that we know. */
function goArchitecture(): string {
  return process.arch === 'x64' ? '' : process.arch;
}
