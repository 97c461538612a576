import { expect, it } from '@jest/globals';
import { startServer } from '../../src/server';
import { BrowserPage } from '../support/browser-page';
import { SilentLogger } from '../support/silent-logger';
import { until } from './operator-requests';

it('the playground works in a browser without internet, and asks this server alone', async () => {
  const logger = new SilentLogger();
  const options = { store: { kind: 'memory' }, host: '127.0.0.1', port: 0, logger, playground: true } as const;
  const server = await startServer(options);
  const { origin } = new URL(server.url);
  let page: BrowserPage | null = null;
  try {
    page = await BrowserPage.open(`${origin}/playground/`);
    const { asked } = page;
    const evaluate = (expression: string): Promise<unknown> | undefined => page?.evaluate(expression);
    const text = await until(
      async () => String(await evaluate('document.body.innerText')),
      (shown) => shown.includes('Send Request'),
    );
    expect(text).toContain(server.url);
    const ask = `fetch('/graphql', { method: 'POST', headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ shardCluster { phase } }' }) }).then((answer) => answer.json())`;
    expect(await evaluate(ask)).toEqual({ data: { shardCluster: { phase: 'LEADING' } } });
    expect(await evaluate(`fetch('http://127.0.0.1:1/').then(() => 'allowed', () => 'refused')`)).toBe('refused');
    const elsewhere = asked.filter((url) => !url.startsWith(`${origin}/`) && !/^(?:data|blob):/u.test(url));
    expect(elsewhere).toEqual([]);
    expect(asked.length).toBeGreaterThan(5);
  } finally {
    await Promise.all([page?.close(), server.stop()]);
  }
}, 180_000);
