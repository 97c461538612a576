import { parseArgs } from 'node:util';
import { compareMerged } from '../../sdk/plugins/memory';
import { MemoryGates, ScriptUpstream } from '../../sdk/plugins/script';
import { playOptimistic } from './optimistic-act';
import { playPessimistic } from './pessimistic-act';
import { ORDERS_1, ORDERS_2, PAYMENTS_1, PAYMENTS_2 } from './scripts';
import { Stage } from './stage';
import { storyOf } from './story';

const HELP = `Usage: npm run demo [-- --no-color] [-- --output text|json]

Starts a server, workers and a downstream in a temporary folder, plays rollouts in both modes with everything that
can come in between, and ends all of it.
`;

/** Play everything. @returns the exit status: 0 if downstream is what the shards say */
async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { 'no-color': { type: 'boolean' }, output: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help === true) {
    process.stdout.write(HELP);
    return 0;
  }
  if (values.output !== undefined && !['text', 'json'].includes(values.output)) {
    process.stderr.write(`no such output: ${values.output} (text or json)\n`);
    return 2;
  }
  const story = storyOf(values.output === 'json', values['no-color'] === true);
  const stage = new Stage(story);
  try {
    await stage.open();
    await playOptimistic(stage, story);
    await playPessimistic(stage, story);
    const differences = [
      ...differencesOf(stage, 'orders', [ORDERS_1, ORDERS_2]),
      ...differencesOf(stage, 'payments', [PAYMENTS_1, PAYMENTS_2]),
    ];
    story.end(differences.length === 0, differences);
    return differences.length === 0 ? 0 : 1;
  } finally {
    await stage.close();
  }
}

/** In what a downstream table differs from what its shards say at the end of their scripts. */
function differencesOf({ downstream: { database } }: Stage, table: string, scripts: readonly string[]): string[] {
  const shards = scripts.flatMap((text) => new ScriptUpstream({ text, gates: new MemoryGates() }).shards());
  return compareMerged(shards, database.table('shop', table), database.now);
}

void main(process.argv.slice(2)).then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    process.stderr.write(
      `the demo failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exitCode = 1;
  },
);
