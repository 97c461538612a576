import { LockstepError } from '../../src/core/model/error';
import type { CarriedOut, Checkpoint, JsonValue, TableCheckpoint } from '../plugin';

type Fields = Readonly<Record<string, unknown>>;

/** A checkpoint from JSON that a store gave back. @throws LockstepError UNREADABLE_VALUE naming the field */
export function parseCheckpoint(value: unknown): Checkpoint {
  const fields = object(value, 'checkpoint');
  if (fields['version'] !== 1) throw unreadable('version', 'another version than 1');
  return {
    version: 1,
    position: json(fields['position'] ?? null, 'position'),
    schemas: list(fields['schemas'], 'schemas').map((text, index) => readText(text, `schemas.${index}`)),
    tables: list(fields['tables'], 'tables').map((table, index) => parseTable(table, `tables.${index}`)),
  };
}

function parseTable(value: unknown, path: string): TableCheckpoint {
  const fields = object(value, path);
  const { at, carriedOut, ahead } = { at: fields['at'], carriedOut: fields['carriedOut'], ahead: fields['ahead'] };
  return {
    schema: readText(fields['schema'], `${path}.schema`),
    table: readText(fields['table'], `${path}.table`),
    createTable: index(fields['createTable'], `${path}.createTable`),
    ...(at === undefined ? {} : { at: json(at, `${path}.at`) }),
    ...(carriedOut === undefined ? {} : { carriedOut: parseCarriedOut(carriedOut, `${path}.carriedOut`) }),
    ...(ahead === undefined ? {} : { ahead: index(ahead, `${path}.ahead`) }),
  };
}

function parseCarriedOut(value: unknown, path: string): CarriedOut {
  const fields = object(value, path);
  return {
    revision: readText(fields['revision'], `${path}.revision`),
    position: json(fields['position'], `${path}.position`),
    createTable: index(fields['createTable'], `${path}.createTable`),
  };
}

function object(value: unknown, path: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw unreadable(path, 'not an object');
}

function list(value: unknown, path: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw unreadable(path, 'not a list');
}

function readText(value: unknown, path: string): string {
  if (typeof value === 'string') return value;
  throw unreadable(path, 'not a text');
}

function index(value: unknown, path: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw unreadable(path, 'not an index');
}

function json(value: unknown, path: string): JsonValue {
  if (isJson(value)) return value;
  throw unreadable(path, 'not JSON');
}

function isJson(value: unknown): value is JsonValue {
  if (value === null) return true;
  if (['boolean', 'number', 'string'].includes(typeof value)) return true;
  if (Array.isArray(value)) return value.every(isJson);
  return typeof value === 'object' && Object.values(value).every(isJson);
}

function unreadable(path: string, reason: string): LockstepError {
  return new LockstepError('UNREADABLE_VALUE', `the checkpoint can't be read: ${path} is ${reason}`, { field: path });
}
