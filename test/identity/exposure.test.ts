import { describe, expect, it } from '@jest/globals';
import { startServer } from '../../src/server';
import { checkExposure } from '../../src/identity/exposure';
import { SilentLogger } from '../support/silent-logger';

describe('where a server listens', () => {
  it.each([
    ['127.0.0.1', false, false, true],
    ['127.8.9.1', false, false, true],
    ['::1', false, false, true],
    ['localhost', false, false, true],
    ['0.0.0.0', false, false, false],
    ['::', false, false, false],
    ['', false, false, false],
    ['10.0.0.1', false, false, false],
    ['db.example', false, false, false],
    ['127.0.0.1.example', false, false, false],
    ['0.0.0.0', true, false, true],
    ['0.0.0.0', false, true, true],
  ])('%j with identities %s and insisting %s: %s', (host, hasIdentities, insecure, mayListen) => {
    const check = (): void => checkExposure({ host, hasIdentities, insecure });
    if (mayListen) expect(check).not.toThrow();
    else expect(check).toThrow(/nobody has to say who he is/u);
  });

  it('is asked before anything is started', async () => {
    const started = startServer({ store: { kind: 'memory' }, host: '0.0.0.0', port: 0, logger: new SilentLogger() });
    await expect(started).rejects.toMatchObject({ code: 'INVALID_INPUT', fields: { field: 'host' } });
  });
});
