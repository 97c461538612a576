import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';

/** A server or program that tests start themselves, and the Debian package that has it. */
const PACKAGES = {
  etcd: { program: 'etcd', debian: 'etcd-server' },
  mariadb: { program: 'mariadbd', debian: 'mariadb-server' },
  prometheus: { program: 'prometheus', debian: 'prometheus' },
  promtool: { program: 'promtool', debian: 'prometheus' },
  chromium: { program: 'chromium', debian: 'chromium' },
} as const;

/** The name of such a server. */
export type ServerName = keyof typeof PACKAGES;

/** All of them. */
export const SERVER_NAMES: readonly ServerName[] = ['etcd', 'mariadb', 'prometheus', 'promtool', 'chromium'];

/**
 * The path of a server's program: from PATH, else installed from Debian's packages if this is Debian and we are root.
 * @throws Error with the one command to run
 */
export function ensureServer(name: ServerName): string {
  const { program, debian } = PACKAGES[name];
  const found = findProgram(program);
  if (found !== null) return found;
  const command = `apt-get update && apt-get install -y --no-install-recommends ${debian}`;
  if (existsSync('/etc/debian_version') && process.getuid?.() === 0) install(command, debian);
  const installed = findProgram(program);
  if (installed !== null) return installed;
  throw new Error(`${program} is not in PATH. Install it, on Debian as root with: ${command}`);
}

/** A port on loopback that was free a moment ago. */
export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no port was given'));
        else resolve(address.port);
      });
    });
  });
}

function install(command: string, debian: string): void {
  console.log(`installing ${debian}`);
  // Another worker may be installing; and the package's own service must not start: tests start servers themselves.
  const options = '-o DPkg::Lock::Timeout=300 -qq';
  const { status, stderr, error } = spawnSync('sh', ['-c', command.replaceAll('apt-get', `apt-get ${options}`)], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
    encoding: 'utf8',
  });
  if (status !== 0) console.log(`installing ${debian} failed:\n${error?.message ?? stderr}`);
}

function findProgram(program: string): string | null {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, program);
    if (isExecutable(path)) return path;
  }
  return null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
