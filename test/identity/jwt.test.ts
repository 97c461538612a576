import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHmac, createSign, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Authenticator } from '../../src/identity/authenticator';
import { openAuthenticator } from '../../src/identity/auth-config';
import { ManualClock } from '../support/manual-clock';
import { SilentLogger } from '../support/silent-logger';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const edwards = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });

const jwkOf = (key: KeyObject, kid: string, more: object = {}): object => ({
  ...key.export({ format: 'jwk' }),
  kid,
  use: 'sig',
  ...more,
});
const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const inAnHour = Math.floor(Date.now() / 1_000) + 3_600;
const CLAIMS = {
  iss: 'https://id.test',
  aud: 'lockstep',
  sub: 'alice',
  exp: inAnHour,
  scope: 'openid lockstep:operator',
};

/** Signs as the header says, so that a test can say anything. */
function token(claims: object, header: { alg: string; kid?: string }, key: KeyObject): string {
  const text = `${base64({ typ: 'JWT', ...header })}.${base64(claims)}`;
  const bytes = Buffer.from(text);
  const signature =
    header.alg === 'EdDSA'
      ? sign(null, bytes, key)
      : createSign('SHA256').update(bytes).sign({ key, dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
}

let folder: string;
let authenticator: Authenticator;
let logger: SilentLogger;
let clock: ManualClock;
let server: Server | null;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-jwt-'));
  logger = new SilentLogger();
  clock = new ManualClock();
  server = null;
  const keys = [jwkOf(rsa.publicKey, 'r'), jwkOf(ec.publicKey, 'e'), jwkOf(edwards.publicKey, 'd')];
  writeFileSync(join(folder, 'jwks.json'), JSON.stringify({ keys }));
  authenticator = await openWith('jwks: jwks.json, actAs: [router]');
});

afterEach(async () => {
  authenticator.close();
  rmSync(folder, { recursive: true });
  await new Promise((resolve) => (server === null ? resolve(null) : server.close(resolve)));
});

async function openWith(fields: string): Promise<Authenticator> {
  const path = join(folder, 'auth.yaml');
  writeFileSync(path, `jwt: {issuer: 'https://id.test', audience: lockstep, ${fields}}`);
  return await openAuthenticator(path, clock, logger);
}

const ask = (text: string, actor: string | null = null): Promise<unknown> =>
  authenticator.authenticate({ token: text, actor });

describe('JWTs', () => {
  it.each([
    ['RS256', { alg: 'RS256', kid: 'r' }, rsa.privateKey],
    ['ES256', { alg: 'ES256', kid: 'e' }, ec.privateKey],
    ['EdDSA', { alg: 'EdDSA', kid: 'd' }, edwards.privateKey],
  ])('are taken with a signature by %s', async (_name, header, key) => {
    expect(await ask(token(CLAIMS, header, key))).toMatchObject({
      actor: 'alice',
      roles: new Set(['operator']),
      expiresAtMs: inAnHour * 1_000 + 30_000,
    });
  });

  it('bind workers to tasks and sources', async () => {
    const claims = { ...CLAIMS, scope: 'lockstep:worker', lockstep_tasks: ['t'], lockstep_sources: ['s1', 's2'] };
    expect(await ask(token(claims, { alg: 'RS256', kid: 'r' }, rsa.privateKey))).toMatchObject({
      tasks: new Set(['t']),
      sources: new Set(['s1', 's2']),
    });
  });

  const good = { alg: 'RS256', kid: 'r' };
  const hourAgo = inAnHour - 7_200;
  it.each<[string, () => string]>([
    ['of another issuer', () => token({ ...CLAIMS, iss: 'https://other.test' }, good, rsa.privateKey)],
    ['for another audience', () => token({ ...CLAIMS, aud: 'other' }, good, rsa.privateKey)],
    ['that have expired', () => token({ ...CLAIMS, exp: hourAgo }, good, rsa.privateKey)],
    ['that never expire', () => token({ ...CLAIMS, exp: undefined }, good, rsa.privateKey)],
    ['that are not valid yet', () => token({ ...CLAIMS, nbf: inAnHour }, good, rsa.privateKey)],
    ['of somebody who writes into terminals', () => token({ ...CLAIMS, sub: 'a\u001b[2J' }, good, rsa.privateKey)],
    [
      'of somebody who seems to speak through a router',
      () => token({ ...CLAIMS, sub: 'alice via router' }, good, rsa.privateKey),
    ],
    [
      'with a rule that nobody here knows',
      () => token(CLAIMS, { ...good, crit: ['x'], x: 1 } as never, rsa.privateKey),
    ],
    [
      'that bring their own key',
      () =>
        token(CLAIMS, { alg: 'RS256', kid: 'z', jwk: jwkOf(stranger.publicKey, 'z') } as never, stranger.privateKey),
    ],
    [
      'signed with the public key as a secret',
      () => {
        const text = `${base64({ alg: 'HS256', kid: 'r' })}.${base64(CLAIMS)}`;
        const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' });
        return `${text}.${createHmac('sha256', pem).update(text).digest('base64url')}`;
      },
    ],
    ['of nobody', () => token({ ...CLAIMS, sub: undefined }, good, rsa.privateKey)],
    ['without a scope of ours', () => token({ ...CLAIMS, scope: 'openid lockstep:root' }, good, rsa.privateKey)],
    ['of a worker without bounds', () => token({ ...CLAIMS, scope: 'lockstep:worker' }, good, rsa.privateKey)],
    ['signed by a stranger', () => token(CLAIMS, good, stranger.privateKey)],
    ['by a key that nobody has', () => token(CLAIMS, { alg: 'RS256', kid: 'z' }, rsa.privateKey)],
    ['without a signature', () => `${base64({ alg: 'none', kid: 'r' })}.${base64(CLAIMS)}.`],
    ['by another algorithm than the key’s', () => token(CLAIMS, { alg: 'ES256', kid: 'r' }, ec.privateKey)],
    ['that name no key among several', () => token(CLAIMS, { alg: 'RS256' }, rsa.privateKey)],
    [
      'whose claims were changed',
      () => token(CLAIMS, good, rsa.privateKey).replace(base64(CLAIMS), base64({ ...CLAIMS, sub: 'root' })),
    ],
    ['that are no JWT', () => 'a.b.c'],
    ['that are empty', () => '..'],
  ])('%s are refused', async (_name, make) => {
    await expect(ask(make())).rejects.toMatchObject({ code: 'UNAUTHENTICATED', message: 'the token is not valid' });
  });

  it('of routers let others be named', async () => {
    const text = token({ ...CLAIMS, sub: 'router' }, good, rsa.privateKey);
    expect(await ask(text, 'bob')).toMatchObject({ actor: 'bob via router' });
    await expect(ask(token(CLAIMS, good, rsa.privateKey), 'bob')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('are checked by keys of a URL, which are read again when they rotate, and stay while they cannot be read', async () => {
    let answer: { status: number; keys: object[] } = { status: 200, keys: [jwkOf(rsa.publicKey, 'r')] };
    let asked = 0;
    server = createServer((_request, response) => {
      asked += 1;
      response.statusCode = answer.status;
      response.end(JSON.stringify({ keys: answer.keys }));
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    authenticator.close();
    authenticator = await openWith(`jwks: 'http://127.0.0.1:${port}/keys'`);
    const rotated = token(CLAIMS, { alg: 'ES256', kid: 'e' }, ec.privateKey);
    answer = { status: 200, keys: [jwkOf(ec.publicKey, 'e')] };
    await expect(ask(rotated)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(asked).toBe(1);
    await clock.advance(30_001);
    await expect(ask(rotated)).resolves.toMatchObject({ actor: 'alice' });
    answer = { status: 500, keys: [] };
    await clock.advance(600_001);
    await expect(ask(rotated)).resolves.toMatchObject({ actor: 'alice' });
    expect(logger.lines.at(-1)?.message).toContain('status 500');
    expect(asked).toBe(3);
  });

  it('are refused while the issuer is away, which keeps no server from starting, and taken when it is back', async () => {
    const answers = { status: 503 };
    server = createServer((_request, response) => {
      response.statusCode = answers.status;
      response.end(JSON.stringify({ keys: [jwkOf(rsa.publicKey, 'r')] }));
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    authenticator.close();
    authenticator = await openWith(`jwks: 'http://127.0.0.1:${(server.address() as AddressInfo).port}/keys'`);
    expect(logger.lines.at(-1)).toMatchObject({ level: 'error', message: expect.stringMatching(/no keys yet.*503/u) });
    const text = token(CLAIMS, good, rsa.privateKey);
    await expect(ask(text)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    answers.status = 200;
    await clock.advance(30_001);
    await expect(ask(text)).resolves.toMatchObject({ actor: 'alice' });
  });

  it('hold nobody up for long whose key is known while the issuer is silent', async () => {
    let isSilent = false;
    const issuer = createServer((_request, response) => {
      if (!isSilent) response.end(JSON.stringify({ keys: [jwkOf(rsa.publicKey, 'r')] }));
    });
    server = issuer;
    await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
    authenticator.close();
    authenticator = await openWith(`jwks: 'http://127.0.0.1:${(issuer.address() as AddressInfo).port}/keys'`);
    isSilent = true;
    await clock.advance(600_001);
    const asked = ask(token(CLAIMS, good, rsa.privateKey));
    await clock.advance(1_001);
    await expect(asked).resolves.toMatchObject({ actor: 'alice' });
    issuer.closeAllConnections();
  });

  it('of an issuer whose keys do not end are refused, and no more is read than keys can have', async () => {
    let sent = 0;
    const over = new Promise<void>((resolve) => {
      server = createServer((_request, response) => {
        // It ends only for those who would read all of it.
        const write = (): void => {
          while (sent < 100_000_000) {
            sent += 65_536;
            if (!response.write(' '.repeat(65_536))) return;
          }
          response.end();
        };
        response.on('drain', write).on('close', resolve);
        write();
      });
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    authenticator.close();
    const { port } = server!.address() as AddressInfo;
    authenticator = await openWith(`jwks: 'http://127.0.0.1:${port}/keys?token=hidden'`);
    await over;
    // What the network keeps on the way is some megabytes.
    expect(sent).toBeLessThan(32_000_000);
    expect(logger.lines.at(-1)).toMatchObject({
      level: 'error',
      message: `no keys yet: the keys at http://127.0.0.1:${port}/keys cannot be read: more than 1000000 bytes`,
    });
    expect(JSON.stringify(logger.lines)).not.toContain('hidden');
  });

  it.each(['issuer', 'audience'])('cannot be set up with an empty %s, which would be any', async (name) => {
    const rules = { issuer: 'https://id.test', audience: 'lockstep', jwks: 'jwks.json', [name]: '' };
    writeFileSync(join(folder, 'auth.yaml'), JSON.stringify({ jwt: rules }));
    const opened = openAuthenticator(join(folder, 'auth.yaml'), clock, logger);
    await expect(opened).rejects.toThrow(`jwt.${name}: it must not be empty`);
  });

  it.each([
    ['keys in the clear', "jwks: 'http://id.test/keys'", 'jwt.jwks: use https'],
    ['a user for the keys', "jwks: 'https://me:hidden@id.test/keys'", 'jwt.jwks: leave out the user'],
    ['a file that is not there', 'jwks: none.json', 'cannot be read'],
    ['an unknown field', 'jwks: jwks.json, secret: x', 'jwt.secret: unknown'],
  ])('cannot be set up with %s', async (_name, fields, message) => {
    await expect(openWith(fields)).rejects.toThrow(message);
  });
});
