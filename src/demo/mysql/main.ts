import { parseArgs } from 'node:util';
import { Stage } from '../stage';
import { storyOf } from '../story';
import { Databases } from './databases';
import { playOrders } from './orders-act';
import { playPayments } from './payments-act';

const HELP = `Usage: npm run demo:mysql [-- --no-color] [-- --output text|json]

Starts two MariaDB servers with shards, a third one for the merged tables, a lockstep server and workers in temporary
folders, writes rows all the time, rolls changes of the tables out in both modes, compares all rows, and ends all of it.
`;

/** Play everything. @returns the exit status: 0 if the merged tables are what the shards say */
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
  let databases: Databases | null = null;
  try {
    databases = await Databases.start();
    await stage.open();
    const differences = [
      ...(await playOrders(stage, databases, story)),
      ...(await playPayments(stage, databases, story)),
    ];
    story.end(differences.length === 0, differences);
    return differences.length === 0 ? 0 : 1;
  } finally {
    await stage.close();
    await databases?.stop();
  }
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
