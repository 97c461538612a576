import type { JsonValue } from '../../core/wire/json-reader';
import type { ApiClient, Variables } from './api-client';
import type { DocumentName } from './documents';

/** The items of one page, and the cursor behind it; null: it is the last one. */
export interface ListPage {
  readonly nodes: readonly JsonValue[];
  readonly next: string | null;
}

/** A page of a Relay connection. */
export function readPage(connection: JsonValue): ListPage {
  const info = connection.field('pageInfo');
  return {
    nodes: connection.field('nodes').list((node) => node),
    next: info.field('hasNextPage').boolean() ? info.field('endCursor').text() : null,
  };
}

/**
 * All items of a list, page by page.
 * @param open finds the connection in the value of the document's root field
 */
export async function allNodes(
  client: ApiClient,
  name: DocumentName,
  variables: Variables,
  open: (value: JsonValue) => JsonValue | null = (value) => value,
): Promise<JsonValue[]> {
  const nodes: JsonValue[] = [];
  let after: string | null = null;
  do {
    const connection = open(await client.ask(name, { ...variables, after }));
    if (connection === null) return nodes;
    const page = readPage(connection);
    nodes.push(...page.nodes);
    after = page.next;
  } while (after !== null);
  return nodes;
}
