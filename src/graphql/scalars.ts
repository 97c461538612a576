import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { GraphQLDateTime } from 'graphql-scalars';
import { formatEventCursor, parseEventCursor } from '../core/model/event-cursor';
import type { EventCursor } from '../core/model/event-cursor';
import { NO_REVISION, parseRevision } from '../core/model/revision';
import type { Revision } from '../core/model/revision';

/** A moment, as ISO 8601 text with a time zone. */
export const DateTime = GraphQLDateTime;

/**
 * The store's revisions: 64-bit numbers, so they are texts; a client compares them as numbers and sends them back as they
 * came. Input takes a whole number as well.
 */
export const ShardRevision = new GraphQLScalarType<Revision, string>({
  name: 'ShardRevision',
  description:
    'A revision of the store: its global, increasing change number, as a text of decimal digits because it has 64 bits.',
  serialize: (value) => {
    if (typeof value !== 'number') throw new GraphQLError('a revision is a number inside the server');
    return String(value);
  },
  parseValue: readRevision,
  parseLiteral: (node) => {
    if (node.kind === Kind.STRING || node.kind === Kind.INT) return readRevision(node.value);
    throw badRevision(node.kind);
  },
});

/** A place among all events; clients send it back as it came. */
export const ShardCursor = new GraphQLScalarType<EventCursor, string>({
  name: 'ShardCursor',
  description:
    'A place among all events, as `<revision>.<index>`: the revision at which an event was recorded, and its number there. The same on every server, ' +
    'but for one that only observes: its cursors end in `@` and its ID, and mean something to itself alone.',
  serialize: (value) => {
    if (!isEventCursor(value)) throw new GraphQLError('a cursor has a revision and an index inside the server');
    return formatEventCursor(value);
  },
  parseValue: readCursor,
  parseLiteral: (node) => {
    if (node.kind === Kind.STRING) return readCursor(node.value);
    throw badCursor(node.kind);
  },
});

function isEventCursor(value: unknown): value is EventCursor {
  return typeof value === 'object' && value !== null && 'revision' in value && 'index' in value;
}

function readCursor(value: unknown): EventCursor {
  if (typeof value !== 'string') throw badCursor(JSON.stringify(value));
  try {
    return parseEventCursor(value);
  } catch {
    throw badCursor(JSON.stringify(value));
  }
}

function badCursor(found: string): GraphQLError {
  return new GraphQLError(
    `expected a cursor of events, <revision>.<index> or <revision>.<index>@<server>, found ${found}`,
  );
}

function readRevision(value: unknown): Revision {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || !/^\d{1,19}$/u.test(text)) throw badRevision(JSON.stringify(value));
  const number = Number(text);
  if (!Number.isSafeInteger(number)) throw badRevision(text);
  return number === 0 ? NO_REVISION : parseRevision(number);
}

function badRevision(found: string): GraphQLError {
  return new GraphQLError(`expected a revision as a text of digits, found ${found}`);
}
