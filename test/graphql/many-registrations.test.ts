import { describe, it } from '@jest/globals';
import { useDirectories } from '../adapters/embedded/use-directories';
import { useServer } from '../support/use-server';
import { registerMany } from './register-many';

const makeDirectory = useDirectories();

describe('200 sources of one task that register at once', () => {
  const server = useServer({ store: { kind: 'embedded', directory: makeDirectory() } });

  it('get their sessions from a server with a store of its own', async () => {
    await registerMany([server.url]);
  }, 60_000);
});
