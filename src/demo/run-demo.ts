import { parseArgs } from 'node:util';
import { Stage } from './stage';
import { storyOf } from './story';
import type { Story } from './story';

/**
 * Run a demo as a program: its flags, its stage, its end. The exit status is 0 if what was merged is what the shards say.
 * @param help what `--help` prints
 * @param play @returns in what they differ, in words
 */
export function runDemo(help: string, play: (stage: Stage, story: Story) => Promise<readonly string[]>): void {
  void main(process.argv.slice(2), help, play).then(
    (status) => {
      process.exitCode = status;
    },
    (error: unknown) => {
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      process.stderr.write(`the demo failed: ${reason}\n`);
      process.exitCode = 1;
    },
  );
}

async function main(
  args: readonly string[],
  help: string,
  play: (stage: Stage, story: Story) => Promise<readonly string[]>,
): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { 'no-color': { type: 'boolean' }, output: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help === true) {
    process.stdout.write(help);
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
    const differences = await play(stage, story);
    story.end(differences.length === 0, differences);
    return differences.length === 0 ? 0 : 1;
  } finally {
    await stage.close();
  }
}
