/** One line of a worker's progress: what happened, and what the line says of it. */
export interface WorkerLine {
  readonly kind: string;
  readonly fields: Readonly<Record<string, string>>;
}

const LINE = /^\S+T\S+ ([a-z-]+)(.*)$/u;
const FIELD = /(\w+)=("(?:\\.|[^"\\])*"|\[(?:"(?:\\.|[^"\\])*",?)*\]|\S+)/gu;

/** What `lockstep worker` printed; null: something else. */
export function readWorkerLine(text: string): WorkerLine | null {
  const [, kind, rest = ''] = LINE.exec(text) ?? [];
  if (kind === undefined) return null;
  const fields: Record<string, string> = {};
  for (const [, name = '', value = ''] of rest.matchAll(FIELD)) fields[name] = plain(value);
  return { kind, fields };
}

/** Texts without their quotes, lists of texts joined. */
function plain(value: string): string {
  if (!/^["[]/u.test(value)) return value;
  const read: unknown = JSON.parse(value);
  return Array.isArray(read) ? read.join('; ') : String(read);
}

/** What a line tells, for people; null: nothing that belongs to the story. */
export function tellLine({ kind, fields }: WorkerLine): {
  readonly text: string;
  readonly mood: 'plain' | 'good' | 'wait' | 'bad';
} | null {
  const ddls = shorten(fields['ddls'] ?? '');
  switch (kind) {
    case 'ddl-met':
      return { text: `meets ${ddls}`, mood: 'plain' };
    case 'operation-taken':
      return tellOperation(fields, ddls);
    case 'redirected':
      return { text: 'goes back to its DDL, and reports it again', mood: 'good' };
    case 'table-created':
      return { text: 'is a new shard', mood: 'plain' };
    default:
      return null;
  }
}

type Told = { readonly text: string; readonly mood: 'plain' | 'good' | 'wait' | 'bad' };

function tellOperation(fields: Readonly<Record<string, string>>, ddls: string): Told {
  if (fields['exec'] === 'true') return { text: `← execute ${ddls} downstream, for all of you`, mood: 'good' };
  if (fields['exec'] === 'false') return { text: '← skip it: it is executed already', mood: 'good' };
  switch (fields['stage']) {
    case 'NONE':
      return fields['executes'] === ''
        ? { text: '← nothing to do downstream: others still need the old column', mood: 'wait' }
        : { text: `← execute ${ddls} downstream`, mood: 'good' };
    case 'UNLOCKED':
      return { text: '← go on: a person has decided', mood: 'good' };
    case 'RESOLVED':
      return { text: '← the others have followed: the conflict is over', mood: 'good' };
    case 'SKIP_WAIT_REDIRECT':
      return { text: `← wait: ${waitText(fields['message'] ?? '')}`, mood: 'wait' };
    default:
      return { text: `← stop: ${shorten(fields['message'] ?? '')}`, mood: 'bad' };
  }
}

/** What is waited for; `lockstep why` tells the rest. */
function waitText(message: string): string {
  return shorten(message.split(', because ')[0] ?? '');
}

/** Statements without what all of them have. */
function shorten(text: string): string {
  return text.replace(/ALTER TABLE `\w+`\.`\w+` /gu, '').replaceAll('`', '');
}
