import type { Examination } from '../../examine-store';
import { gridText } from '../show/grid';
import { harmless, wrap } from '../show/lines';
import type { Paper } from '../show/paper';
import type { ApiAnswer } from './api-command';
import { answerOf } from './doctor-report';
import type { Check } from './doctor-report';

/** How many things that a server would do a table has; all are in the JSON. */
const SHOWN = 20;

/** What was found in a store. @param name the store, as the command line names it */
export function answerOfStore(name: string, examination: Examination): ApiAnswer {
  const { revision, valueCount, leader, locks, problems, wouldDo } = examination;
  const text = `${name} can be read: revision ${revision}, ${valueCount} values, ${locks.length} locks`;
  const checks = [{ name: 'store', ok: true, text }, leaderCheck(leader)];
  return answerOf(
    checks,
    problems,
    { revision: String(revision), valueCount, lockCount: locks.length, leader, locks, wouldDo },
    (paper) => [...lockSection(examination, paper), ...wouldDoSection(examination, paper)],
  );
}

/** By the keys alone; who holds them may be gone. */
function leaderCheck(leader: Examination['leader']): Check {
  const texts = {
    'dm-master': 'a dm-master leads: a server may only observe (serve --observe)',
    lockstep: 'a lockstep server leads, or its key is left',
  };
  return { name: 'leader', ok: true, text: leader === null ? 'nobody leads: a server may' : texts[leader] };
}

function lockSection({ locks }: Examination, paper: Paper): string[] {
  if (locks.length === 0) return [];
  const rows = locks.map(({ id, mode, state, waits }) => [id, mode, state, waits[0] ?? '']);
  return ['', gridText({ heads: ['LOCK', 'MODE', 'STATE', 'WAITS FOR'], rows }, paper)];
}

function wouldDoSection({ wouldDo }: Examination, paper: Paper): string[] {
  if (wouldDo.length === 0) return [];
  const more = wouldDo.length - SHOWN;
  return [
    'A server that began to lead there now would:',
    ...wouldDo.slice(0, SHOWN).map((sentence) => wrap(`- ${harmless(sentence)}`, paper.columns, '  ')),
    ...(more > 0 ? [`  and ${more} more`] : []),
    '',
  ];
}
