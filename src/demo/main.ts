import { compareMerged } from '../../sdk/plugins/memory';
import { MemoryGates, ScriptUpstream } from '../../sdk/plugins/script';
import { playOptimistic } from './optimistic-act';
import { playPessimistic } from './pessimistic-act';
import { ORDERS_1, ORDERS_2, PAYMENTS_1, PAYMENTS_2 } from './scripts';
import { runDemo } from './run-demo';
import type { Stage } from './stage';

const HELP = `Usage: npm run demo [-- --no-color] [-- --output text|json]

Starts a server, workers and a downstream in a temporary folder, plays rollouts in both modes with everything that
can come in between, and ends all of it.
`;

/** In what a downstream table differs from what its shards say at the end of their scripts. */
function differencesOf({ downstream: { database } }: Stage, table: string, scripts: readonly string[]): string[] {
  const shards = scripts.flatMap((text) => new ScriptUpstream({ text, gates: new MemoryGates() }).shards());
  return compareMerged(shards, database.table('shop', table), database.now);
}

runDemo(HELP, async (stage, story) => {
  await playOptimistic(stage, story);
  await playPessimistic(stage, story);
  return [
    ...differencesOf(stage, 'orders', [ORDERS_1, ORDERS_2]),
    ...differencesOf(stage, 'payments', [PAYMENTS_1, PAYMENTS_2]),
  ];
});
