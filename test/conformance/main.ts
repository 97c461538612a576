/**
 * Replays recorded decisions of DM against this repository's core:
 * `npm run --silent conformance -- [--json] [FILE…]`, without files all of test/conformance/vectors.
 * Exit status: 0 nothing disagrees, 1 something does, 2 a file is missing, unreadable, of unknown kind, or can't be judged.
 */
import { readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { kindOf } from './file-kinds';
import { Judgement } from './judgement';
import { formatReport, reportOf, writeJson } from './report';
import type { FileReport } from './report';
import { UnusableFile, readVectorFile } from './vector-file';

const VECTORS = join(__dirname, 'vectors');

function main(args: readonly string[]): number {
  const options = args.filter((arg) => arg.startsWith('--'));
  const unknown = options.find((option) => option !== '--json');
  if (unknown !== undefined) {
    console.error(`no such option: ${unknown}\nusage: npm run --silent conformance -- [--json] [FILE…]`);
    return 2;
  }
  const named = args.filter((arg) => !arg.startsWith('--'));
  const isJson = options.length > 0;
  const reports: FileReport[] = [];
  let unusable = 0;
  for (const file of named.length > 0 ? named : ownFiles()) {
    const report = judgeFile(file);
    if (report === null) unusable += 1;
    else reports.push(report);
    if (report !== null && !isJson) console.log(formatReport(report));
  }
  const disagree = reports.reduce((sum, report) => sum + report.disagree, 0);
  if (isJson) console.log(writeJson({ files: reports, disagree }));
  if (unusable > 0) return 2;
  return disagree > 0 ? 1 : 0;
}

/** The report of a file; null if it can't be judged, which is said on the error channel. */
function judgeFile(file: string): FileReport | null {
  try {
    const lines = readVectorFile(file);
    const { name, judge } = kindOf(file, lines);
    if (judge === null) throw new UnusableFile(`${file}: nothing replays the kind ${name} yet`);
    const judgement = new Judgement();
    judge(lines, judgement, dirname(file));
    return reportOf(file, name, judgement);
  } catch (error) {
    if (error instanceof UnusableFile) console.error(error.message);
    else console.error(`${file}: the judge failed:`, error);
    return null;
  }
}

/** The repository's own files; tables come before the pairs of them. */
function ownFiles(): string[] {
  const names = readdirSync(VECTORS).filter((name) => /\.jsonl(?:\.gz)?$/u.test(name));
  return names
    .sort()
    .reverse()
    .map((name) => relative(process.cwd(), join(VECTORS, name)));
}

process.exitCode = main(process.argv.slice(2));
