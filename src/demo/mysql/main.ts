import { runDemo } from '../run-demo';
import { Databases } from './databases';
import { playOrders } from './orders-act';
import { playPayments } from './payments-act';

const HELP = `Usage: npm run demo:mysql [-- --no-color] [-- --output text|json]

Starts two MariaDB servers with shards, a third one for the merged tables, a lockstep server and workers in temporary
folders, writes rows all the time, rolls changes of the tables out in both modes, compares all rows, and ends all of it.
`;

runDemo(HELP, async (stage, story) => {
  const databases = await Databases.start();
  try {
    return [...(await playOrders(stage, databases, story)), ...(await playPayments(stage, databases, story))];
  } finally {
    // Workers first: they would wait for the databases.
    await stage.dismiss();
    await databases.stop();
  }
});
