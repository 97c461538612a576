import { ask } from './plain-client';
import type { JsonObject } from './plain-client';

/** One thing that a lock waits for. */
export interface Wait {
  readonly kind: string;
  readonly sentence: string;
  readonly sourceId: string | null;
  readonly upstreamTable: { readonly schema: string; readonly table: string } | null;
  readonly worker: { readonly id: string } | null;
  readonly workerOnline: boolean | null;
  readonly since: string | null;
}

/** Something that a person could do. */
export interface Remedy {
  readonly kind: string;
  readonly sentence: string;
  readonly effect: string;
  readonly command: string;
  readonly mutation: string;
  readonly variables: string;
}

/** Why a lock waits. */
export interface Diagnosis {
  readonly state: string;
  readonly incarnation: string | null;
  readonly orphan: boolean;
  readonly phantom: boolean;
  readonly waitingFor: readonly Wait[];
  readonly remedies: readonly Remedy[];
  readonly joinConflict: JsonObject | null;
}

const REMEDY = 'remedies { kind sentence effect command mutation variables }';

/** Why a lock waits, and what a person could do; null: there is no lock. */
export function diagnose(url: string, id: string): Promise<Diagnosis | null> {
  const query = `query ($id: ID!) { shardLock(id: $id) {
    state incarnation orphan phantom ${REMEDY}
    waitingFor { kind sentence sourceId upstreamTable { schema table } worker { id } workerOnline since }
    joinConflict { path reason sides { definition tableCount tables { sourceId schema table } } } } }`;
  return ask<Diagnosis | null>(url, query, { id });
}

/** A problem of the cluster. */
export interface Problem {
  readonly kind: string;
  readonly sentence: string;
  readonly help: string;
  readonly taskName: string | null;
  readonly lockId: string | null;
  readonly remedies: readonly Remedy[];
}

/** What is wrong with a task. */
export async function problemsOf(url: string, task: string): Promise<readonly Problem[]> {
  const query = `query ($task: ID!) { shardTask(name: $task) { problems { kind sentence help taskName lockId ${REMEDY} } } }`;
  const found = await ask<{ problems: readonly Problem[] } | null>(url, query, { task });
  return found?.problems ?? [];
}

/** Do what a remedy says, by its mutation and variables alone. */
export function carryOut(url: string, { mutation, variables }: Remedy): Promise<JsonObject> {
  return ask(url, mutation, JSON.parse(variables) as object);
}

/** The remedy whose command has all these words. */
export function remedyWith(remedies: readonly Remedy[], ...words: readonly string[]): Remedy {
  const found = remedies.find(({ command }) => words.every((word) => command.includes(word)));
  if (found === undefined)
    throw new Error(`no remedy with ${words.join(' ')} among:\n${remedies.map(({ command }) => command).join('\n')}`);
  return found;
}
