import { LockstepError } from '../../core/model/error';
import { quoteTable, unquoteName } from '../../core/model/quote';
import type { JsonValue } from '../../core/wire/json-reader';
import type { ApiClient } from '../client/api-client';
import type { Command } from '../grammar/command';
import type { Options } from '../grammar/options';
import { harmless, wrap } from '../show/lines';
import type { Paper } from '../show/paper';
import { jsonText } from '../show/report';
import { apiCommand } from './api-command';
import type { ApiAnswer } from './api-command';

/** A name, bare or in backquotes. */
const NAME = '(?:`(?:[^`]|``)+`|[^\\s.`]+)';
const TABLE = new RegExp(`^(${NAME})\\.(${NAME})$`, 'u');
const TABLE_AND_SQL = new RegExp(`^(\\S+)\\s+(${NAME}\\.${NAME})\\s+(\\S[\\s\\S]*)$`, 'u');

/** `explain`: what a rollout would do. */
export const explain: Command = apiCommand({
  name: 'explain',
  summary: 'what a rollout of DDLs would do, statement by statement, without touching anything',
  details:
    'Tables of a task (--task) take part as they are now; others are given with --create. Nothing is stored, and no worker is needed.',
  examples: [
    'lockstep explain --target shop.orders --create "mysql-01 shop.orders_1 CREATE TABLE orders_1 (id INT PRIMARY KEY)" --create "mysql-02 shop.orders_2 CREATE TABLE orders_2 (id INT PRIMARY KEY)" --step "mysql-01 shop.orders_1 ALTER TABLE orders_1 ADD COLUMN c INT" --step "mysql-02 shop.orders_2 ALTER TABLE orders_2 ADD COLUMN c INT"',
    'lockstep explain --task orders --target shard_db.shard_table --step "mysql-01 shop.orders_1 ALTER TABLE orders_1 ADD COLUMN c INT"',
  ],
  arguments: [],
  flags: [
    { name: 'target', kind: 'text', value: 'SCHEMA.TABLE', help: 'the downstream table; must be given' },
    {
      name: 'step',
      kind: 'list',
      value: 'STEP',
      help: 'SOURCE SCHEMA.TABLE DDL: a table runs a statement; in their order',
    },
    {
      name: 'create',
      kind: 'list',
      value: 'TABLE',
      help: 'SOURCE SCHEMA.TABLE "CREATE TABLE …": a table that takes part, with its schema before',
    },
    { name: 'task', kind: 'text', value: 'NAME', help: 'the task whose tables take part as they are' },
    { name: 'mode', kind: 'text', choices: ['optimistic', 'pessimistic'], help: 'of what mode; else that of the task' },
  ],
  answer: explainRollout,
});

async function explainRollout(client: ApiClient, options: Options): Promise<ApiAnswer> {
  const task = options.text('task');
  const mode = options.text('mode');
  const input = {
    target: parseTable(options.required('target'), 'target'),
    ...(task === null ? {} : { task }),
    ...(mode === null ? {} : { mode: mode.toUpperCase() }),
    tables: options.list('create').map((text) => {
      const { sql, ...table } = parseTableAndSql(text, 'create');
      return { ...table, createTable: sql };
    }),
    steps: options.list('step').map((text) => {
      const { sql, ...table } = parseTableAndSql(text, 'step');
      return { ...table, ddls: [sql] };
    }),
  };
  if (input.steps.length === 0) throw invalid('step', 'name the statements with --step (see: lockstep explain --help)');
  const explanation = await client.ask('ExplainShardDDL', { input });
  const data: unknown = JSON.parse(explanation.json());
  return { report: { json: jsonText(data), full: data, table: (paper) => explanationText(explanation, paper) } };
}

function explanationText(explanation: JsonValue, paper: Paper): string {
  const steps = explanation.field('steps').list((step) => step);
  const ddls = texts(explanation.field('downstreamDdls'));
  return `${[
    ...steps.map((step, index) => stepText(step, index + 1, paper)),
    paper.styled('bold', ddls.length === 0 ? 'Downstream executes nothing.' : 'Downstream executes, in all:'),
    ...ddls.map((ddl) => wrap(harmless(ddl), paper.columns, '  ', '    ')),
    endText(explanation, paper),
  ].join('\n')}\n`;
}

function stepText(step: JsonValue, number: number, paper: Paper): string {
  const table = step.field('table');
  const name = `${table.field('sourceId').text()} ${quoteTable(table.field('schema').text(), table.field('table').text())}`;
  const again = step.field('replayed').boolean() ? ' again' : '';
  const head = `${number}. `;
  const indent = ' '.repeat(head.length);
  return [
    wrap(harmless(`${name}${again}: ${step.field('ddl').text()}`), paper.columns, head, indent),
    wrap(harmless(step.field('sentence').text()), paper.columns, indent),
    '',
  ].join('\n');
}

function endText(explanation: JsonValue, paper: Paper): string {
  if (explanation.field('needsPerson').boolean()) return paper.styled('red', 'A person would have to decide.');
  if (explanation.field('resolved').boolean()) return paper.styled('green', 'At the end no lock is left.');
  return paper.styled('yellow', 'At the end a lock is left that waits for other tables.');
}

function parseTable(text: string, field: string): { schema: string; table: string } {
  const [, schema, table] = TABLE.exec(text) ?? [];
  if (schema === undefined || table === undefined) {
    throw invalid(field, `--${field} has a table like shop.orders or \`shop\`.\`orders\`, not ${JSON.stringify(text)}`);
  }
  return { schema: unquoteName(schema), table: unquoteName(table) };
}

function parseTableAndSql(text: string, field: string): { source: string; schema: string; table: string; sql: string } {
  const [, source, table, sql] = TABLE_AND_SQL.exec(text.trim()) ?? [];
  if (source === undefined || table === undefined || sql === undefined) {
    throw invalid(
      field,
      `--${field} is a source, a table and a statement, for example "mysql-01 shop.orders_1 ALTER TABLE …", not ${JSON.stringify(text)}`,
    );
  }
  return { source, ...parseTable(table, field), sql };
}

function texts(list: JsonValue): string[] {
  return list.list((text) => text.text());
}

function invalid(field: string, message: string): LockstepError {
  return new LockstepError('INVALID_INPUT', message, { field });
}
