import { LockstepError } from '../../core/model/error';
import type { JsonValue } from '../../core/wire/json-reader';
import type { ApiClient } from '../client/api-client';
import { readProblem } from '../client/diagnosis';
import type { ApiAnswer } from './api-command';
import { answerOf } from './doctor-report';
import type { Check } from './doctor-report';

/** Ask a server how it is. */
export async function examineServer(client: ApiClient): Promise<ApiAnswer> {
  const ready = await readiness(client);
  const cluster = await client.ask('ShardCluster');
  const findings = cluster.field('problems').list(readProblem);
  const parsed: unknown = JSON.parse(cluster.json());
  return answerOf([ready, ...clusterChecks(cluster)], findings, { cluster: parsed });
}

async function readiness(client: ApiClient): Promise<Check> {
  const { status, text } = await client.look('/readyz');
  const url = client.connection.url.origin;
  if (status === 200) return { name: 'server', ok: true, text: `${url} is ready` };
  if (status === 503) return { name: 'server', ok: false, text: `${url} is not ready: ${text.trim()}` };
  throw new LockstepError('PROTOCOL_BROKEN', `${url}/readyz answers ${status}, so it is no lockstep server`, { url });
}

function clusterChecks(cluster: JsonValue): Check[] {
  const reasons = cluster.field('notReadyBecause').list((reason) => reason.text());
  const store = cluster.field('store');
  return [
    { name: 'version', ok: true, text: cluster.field('version').text() },
    leaderCheck(cluster),
    {
      name: 'store',
      ok: reasons.length === 0,
      text:
        reasons.length > 0
          ? reasons.join('; ')
          : `${store.field('kind').text().toLowerCase()}, revision ${store.field('revision').text()}`,
    },
  ];
}

function leaderCheck(cluster: JsonValue): Check {
  const leader = cluster.field('leader');
  if (cluster.field('phase').is('OBSERVING')) {
    const often = cluster.field('divergences').or(0, (count) => count.count());
    return { name: 'leader', ok: true, text: `a dm-master decides; ${often} of its answers differed from ours` };
  }
  const text = leader.or('nobody leads: nothing is decided', (server) => server.field('id').text());
  return { name: 'leader', ok: leader.isPresent, text };
}
