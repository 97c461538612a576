import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMMANDS } from '../../src/cli/commands';
import { serveOptionsOf } from '../../src/cli/commands/serve-options';
import { Proxies } from '../../src/identity/remote-address';
import { parseConfig } from '../../src/cli/grammar/config-file';
import { parseCommandLine } from '../../src/cli/grammar/command-line';
import type { Options } from '../../src/cli/grammar/options';
import { LockstepError } from '../../src/core/model/error';
import { runCommand } from './run-command';

const folder = mkdtempSync(join(tmpdir(), 'lockstep-grammar-'));
const flags = COMMANDS.flatMap((command) => command.flags);

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function optionsOf(words: readonly string[], environment: Record<string, string> = {}): Options {
  const parsed = parseCommandLine(words, COMMANDS, environment);
  if (parsed.kind !== 'run') throw new Error(`it gave ${parsed.kind}`);
  return parsed.options;
}

describe('settings', () => {
  const path = file('settings.yaml', 'server: http://file:1\nserve:\n  port: 3\n  data: d\n  insecure: true\n');

  it('come from a flag, else the environment, else the file, else the initial value', () => {
    const config = { LOCKSTEP_CONFIG: path };
    expect(optionsOf(['locks']).text('server')).toBe('http://127.0.0.1:4000');
    expect(optionsOf(['locks'], config).text('server')).toBe('http://file:1');
    expect(optionsOf(['locks', '--config', path]).text('server')).toBe('http://file:1');
    expect(optionsOf(['locks'], { ...config, LOCKSTEP_SERVER: 'env:1' }).text('server')).toBe('env:1');
    expect(optionsOf(['locks', '--server', 'flag:1'], { ...config, LOCKSTEP_SERVER: 'env:1' }).text('server')).toBe(
      'flag:1',
    );
    const served = { directory: 'd', host: '0.0.0.0', port: 4, etcd: null, playground: false };
    expect(serveOptionsOf(optionsOf(['serve', '--port', '4', '--host', '0.0.0.0'], config))).toMatchObject(served);
  });

  it('of which there may be several are a list, or one of them; flags take the place of all', () => {
    const several = file('several.yaml', 'serve:\n  limit: [depth=7, cost=9]\n  safelist: allowed\n  proxy: ["::1"]\n');
    const door = (...words: readonly string[]): object =>
      serveOptionsOf(optionsOf(['serve', ...words], { LOCKSTEP_CONFIG: several })).door;
    expect(door()).toMatchObject({
      limits: { depth: 7, cost: 9 },
      safelist: [expect.stringMatching(/documents$/u), 'allowed'],
      proxies: expect.any(Proxies),
    });
    expect(door('--limit', 'tokens=5')).toMatchObject({ limits: { tokens: 5 } });
    expect(door('--limit', 'tokens=5')).not.toHaveProperty('limits.depth');
  });

  it.each([
    ['serve:\n  limit: {depth: 7}', /serve\.limit: expected a string, found an object/u],
    ['serve:\n  limit: [[a]]', /serve\.limit\[0\]: expected a string, found a list/u],
    ['serve:\n  proxy: [""]', /serve\.proxy\[0\]: must not be empty/u],
    ['sever: x', /settings\.yaml: sever: unknown; expected one of .*serve, server, token-file/u],
    ['serve:\n  prot: 1', /serve\.prot: unknown; expected one of allow-origin, .*playground, port/u],
    ['serve: 1', /serve: expected an object, found 1/u],
    ['serve:\n  insecure: "yes"', /serve\.insecure: expected true or false/u],
    ['server: [a]', /server: expected a string, found a list/u],
    ['server: ""', /server: must not be empty/u],
    ['server: {a: 1}', /server: expected a string, found an object/u],
    ['- a', /expected an object, found a list/u],
    ['a: [', /not YAML: .*line 1/u],
    ['server: a\nserver: b', /not YAML: .*unique/u],
  ])('%j is refused with the place', (text, expected) => {
    expect(() => parseConfig(text, 'settings.yaml', flags)).toThrow(expected);
    expect(() => parseConfig(text, 'settings.yaml', flags)).toThrow(LockstepError);
  });

  it('an empty file says nothing; one that is missing is refused', async () => {
    expect(parseConfig('', 'x', flags).size).toBe(0);
    expect(await runCommand(['locks', '--config', '/does/not/exist'])).toMatchObject({
      status: 2,
      out: '',
      err: "lockstep: the configuration file /does/not/exist can't be read: there is no such file\n",
    });
  });
});

describe('a command line that is wrong', () => {
  it.each([
    [['nonsense'], /no such command: nonsense \(see: lockstep --help\)/u],
    [['lokcs'], /no such command: lokcs; did you mean locks\? \(see/u],
    [['show-dll-locks'], /did you mean show-ddl-locks\?/u],
    [['task', 'pu'], /did you mean task put\?|task needs one more word: task put/u],
    [['locks', '--stat', 'x'], /Unknown option '--stat'; did you mean --state\?/u],
    [['why', '--token-flie', 'x'], /did you mean --token-file\?/u],
    [['--server', 'x', 'locks'], /the command comes first/u],
    [['task'], /task needs one more word: task put/u],
    [['locks', '--nonsense'], /Unknown option '--nonsense'.*\(see: lockstep locks --help\)/u],
    [['locks', 'a', 'b'], /"b" is one argument too many/u],
    [['locks', '--output', 'xml'], /--output is one of table, json, yaml, wide, full-json, not "xml"/u],
    [['locks', '--output'], /'-o, --output <value>' argument missing/u],
    [['locks', '--state', 'bad'], /--state is one of/u],
    [['locks', '--older-than', '5'], /--older-than is a number with s, m, h or d/u],
    [['locks', '--server', 'ftp://x'], /--server is an address like/u],
    [['locks', '--server', 'http://me:secret@x'], /^(?!.*secret).*, without a user: name a --token-file instead/u],
    [['locks', '--server', ''], /--server must not be empty/u],
    [
      ['locks', '--token-file', '/does/not/exist'],
      /the token file \/does\/not\/exist can't be read: there is no such file\n$/u,
    ],
    [['locks', '--token-file', '/'], /the token file \/ can't be read: it is a directory\n$/u],
    [['unlock-ddl-lock'], /<lock-ID> is missing/u],
    [['unlock-ddl-lock', '-a', 'run', 'x'], /--action is one of skip, exec/u],
    [['unlock-ddl-lock', '-t', 'x', 'x'], /one table is named by all of --worker, --database and --table/u],
    [['unlock-ddl-lock', '--wait', '21', 'x'], /--wait is a number of seconds from 0 to 20/u],
    [['break-ddl-lock', 't'], /name one source with --worker/u],
    [['break-ddl-lock', '-w', 's1', 't'], /say either --exec or --skip/u],
    [['break-ddl-lock', '-w', 's1', '--exec', '--skip', 't'], /say either --exec or --skip/u],
    [['task', 'put', 't'], /name all sources of the task with --source/u],
    [['task', 'put', '--source', 'a', 't'], /--mode is missing/u],
    [['exclude-source', 't'], /--source is missing/u],
    [['completion', 'tcsh'], /<shell> is one of bash, zsh, fish, not "tcsh"/u],
  ])('%j', async (words, expected) => {
    const ended = await runCommand(words, { environment: { LOCKSTEP_SERVER: 'http://127.0.0.1:1' } });
    expect(ended).toEqual({ status: 2, out: '', err: expect.stringMatching(expected) });
    expect(ended.err).toMatch(/^lockstep: /u);
  });

  it('a server that does not answer is told with its address and a status of its own', async () => {
    const ended = await runCommand(['show-ddl-locks', '--server', '127.0.0.1:1']);
    expect(ended).toEqual({ status: 5, out: '', err: expect.stringContaining('http://127.0.0.1:1/graphql') });
  });
});

describe('help', () => {
  it('names every command, and is asked for in every way', async () => {
    const overview = await runCommand(['--help']);
    for (const { name, summary } of COMMANDS) {
      expect(overview.out).toContain(`  ${name} `);
      expect(overview.out.replaceAll(/\s+/gu, ' ')).toContain(summary);
    }
    expect(await runCommand(['help'])).toEqual(overview);
    expect(await runCommand([])).toEqual({ status: 2, out: '', err: overview.out });
  });

  it.each(COMMANDS.map(({ name }) => [name]))('of %s fits into 80 columns and tells all flags', async (name) => {
    const { status, out } = await runCommand([...name.split(' '), '--help']);
    expect(status).toBe(0);
    expect(await runCommand(['help', ...name.split(' ')])).toMatchObject({ out });
    const command = COMMANDS.find((each) => each.name === name)!;
    for (const flag of command.flags) expect(out).toContain(`--${flag.name}`);
    // What is to be copied isn't broken.
    const isExample = (line: string): boolean => (command.examples ?? []).includes(line.trim());
    for (const line of out.split('\n')) if (!isExample(line)) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('no command gives two flags one letter, and -o is the owner only where dmctl has it so', () => {
    for (const { name, flags: own } of COMMANDS) {
      const letters = own.flatMap(({ short }) => short ?? []);
      expect([name, new Set(letters).size]).toEqual([name, letters.length]);
      const dashO = own.find(({ short }) => short === 'o')?.name;
      if (dashO !== undefined) expect([name, dashO]).toEqual([name, name.includes('unlock') ? 'owner' : 'output']);
    }
  });
});

describe('completion', () => {
  /** What bash offers after these words; the last one is being typed. */
  function offered(words: readonly string[]): string[] {
    const path = file('completion.bash', bash);
    const list = ['lockstep', ...words].map((word) => `'${word}'`).join(' ');
    const script = `source ${path}; COMP_WORDS=(${list}); COMP_CWORD=${words.length}; _lockstep; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync('bash', ['-c', script]).toString().split('\n').filter(Boolean);
  }
  let bash = '';

  it('in bash offers commands, second words, flags and the choices of flags', async () => {
    bash = (await runCommand(['completion', 'bash'])).out;
    expect(offered(['unl'])).toEqual(['unlock-ddl-lock']);
    expect(offered(['task', ''])).toEqual(['put']);
    expect(offered(['shard-ddl-lock', 'u'])).toEqual(['unlock']);
    expect(offered(['shard-ddl-lock', 'unlock', '--ow'])).toEqual(['--owner']);
    expect(offered(['unlock-ddl-lock', '-a', ''])).toEqual(['skip', 'exec']);
    expect(offered(['locks', '--output', 'j'])).toEqual(['json']);
    expect(offered(['completion', 'f'])).toEqual(['fish']);
  });

  it.each(['zsh', 'fish'])('in %s names every command', async (shell) => {
    const { status, out } = await runCommand(['completion', shell]);
    expect(status).toBe(0);
    for (const { name } of COMMANDS) for (const word of name.split(' ')) expect(out).toContain(word);
  });
});
