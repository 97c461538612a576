import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseJson } from '../../src/core/wire/json-reader';

const ROOT = join(__dirname, '..', '..');

/** What a registry says of what is installed with the package. */
type Audit =
  | { readonly kind: 'judged'; readonly flawed: readonly string[] }
  /** Registries need not serve audits, and need not be in reach. */
  | { readonly kind: 'not-served'; readonly reason: string };

/** @param registry null: the one that packages come from */
async function audit(registry: string | null = null): Promise<Audit> {
  const args = ['audit', '--omit=dev', '--json', '--fetch-retries=0', '--fetch-timeout=20000'];
  const named = registry === null ? [] : [`--registry=${registry}`];
  // Its status is that of what it found.
  const text = await new Promise<string>((resolve) =>
    execFile('npm', [...args, ...named], { cwd: ROOT }, (_error, stdout) => resolve(stdout)),
  );
  const answer = parseJson(text, 'npm audit');
  const vulnerabilities = answer.field('vulnerabilities');
  return vulnerabilities.isPresent
    ? { kind: 'judged', flawed: vulnerabilities.names() }
    : { kind: 'not-served', reason: answer.field('message').text() };
}

/** Ask a registry that answers so. */
async function auditBy(status: number, advisories: object): Promise<Audit> {
  const server = createServer((request, response) => {
    request.resume();
    // Of what has a flaw npm wants to know in which versions there is none.
    const name = decodeURIComponent(request.url?.slice(1) ?? '');
    const answer = request.method === 'POST' ? advisories : { name, versions: { '0.1.0': { name, version: '0.1.0' } } };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await audit(`http://127.0.0.1:${port}`);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

describe('what registries know of what is installed with the package', () => {
  it('is no flaw, where the registry serves audits; where it doesn’t, that is said', async () => {
    const answer = await audit();
    if (answer.kind === 'judged') {
      expect(answer.flawed).toEqual([]);
      return;
    }
    expect(answer.reason).toMatch(/^40[45] |audit endpoint|ENOTFOUND|EAI_AGAIN|ECONN|network|timeout/iu);
    console.warn(
      `npm audit is not served here (${answer.reason}); engines.test.ts looks for the advisories that it knows`,
    );
  }, 90_000);

  it('would be seen', async () => {
    const advisory = {
      ...{ id: 1, url: 'https://example.test/1', title: 'a flaw', severity: 'high', vulnerable_versions: '>=1' },
      ...{ cwe: [], cvss: { score: 9, vectorString: null } },
    };
    expect(await auditBy(200, { ws: [advisory] })).toMatchObject({
      kind: 'judged',
      flawed: expect.arrayContaining(['ws']),
    });
    expect(await auditBy(405, {})).toMatchObject({ kind: 'not-served' });
  }, 90_000);
});
