import { describe, expect, it, jest } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { useServer } from '../../support/use-server';

jest.setTimeout(60_000);

/**
 * The audits that this server doesn't pass, each with the reason; the README of `src/graphql/limits` tells them as well.
 * All are recommendations or options of GraphQL over HTTP: what must be, is.
 */
const MISSED: Readonly<Record<string, string>> = {
  '5A70': 'a page of another origin could send it: GET needs a header that no page sends unasked',
  D6D5: 'as 5A70',
  '6A70': 'as 5A70',
  '572B': 'refused documents have status 400 in either media type, so that proxies and monitors see them',
  FDE2: 'as 572B',
  '7B9B': 'as 572B',
};

// Some audits ask for the schema, which servers tell in development only.
const server = useServer({ introspection: true });
const audits = serverAudits({ url: () => server.url, fetchFn: fetch });

describe('the audits of graphql-http', () => {
  it('are all there', () => {
    expect(audits).toHaveLength(61);
  });

  it.each(audits.map(({ id, name, fn }) => [id, name, fn] as const))('%s %s', async (id, _name, audit) => {
    const { status } = await audit();
    expect(status === 'ok' ? 'ok' : 'missed').toBe(Object.hasOwn(MISSED, id) ? 'missed' : 'ok');
  });
});
