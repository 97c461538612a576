import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildSchema,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
  parse,
  typeFromAST,
} from 'graphql';
import type {
  DocumentNode,
  GraphQLCompositeType,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLType,
  OperationDefinitionNode,
  SelectionSetNode,
  TypeNode,
} from 'graphql';
import { format, resolveConfig } from 'prettier';

const ROOT = join(__dirname, '..', '..');
const DOCUMENTS = join(ROOT, 'schema', 'documents');

/** The file that `generateMessages` makes. */
export const MESSAGES_FILE = join(ROOT, 'sdk', 'client', 'messages.ts');

/** The documents that a worker sends; the others are an operator's. */
const WORKER_DOCUMENTS = [
  'AcknowledgeShardOperation',
  'AddShardSourceTable',
  'ExtendShardOperation',
  'FailShardOperation',
  'LeaveShardWorker',
  'PendingShardOperations',
  'PutShardSourceTables',
  'RegisterShardWorker',
  'RemoveShardSourceTable',
  'RenewShardWorker',
  'ReportShardInfo',
  'ReportShardSourceInfo',
  'ReportShardStatus',
  'ShardOperations',
];

const SCALARS: Readonly<Record<string, string>> = { Boolean: 'boolean', Int: 'number', Float: 'number' };

/** The text of `sdk/client/messages.ts`: the documents of a worker, with the types of their variables and answers. */
export async function generateMessages(): Promise<string> {
  const schema = buildSchema(readFileSync(join(ROOT, 'schema', 'schema.graphql'), 'utf8'), { assumeValid: true });
  const present = new Set(readdirSync(DOCUMENTS).map((file) => file.replace(/\.graphql$/u, '')));
  const writer = new MessageWriter(schema);
  const documents = WORKER_DOCUMENTS.filter((name) => present.has(name)).map((name) => writer.document(name));
  const text = [
    '/** Made by `npm run emit:schema` from the published schema and `schema/documents`; a test compares. One file for all messages. */',
    '/* eslint-disable max-lines */',
    "import { Message } from './message';",
    ...writer.inputs(),
    ...documents,
  ].join('\n\n');
  return format(text, { ...(await resolveConfig(MESSAGES_FILE)), filepath: MESSAGES_FILE });
}

class MessageWriter {
  readonly #inputs = new Map<string, string>();

  constructor(private readonly schema: GraphQLSchema) {}

  inputs(): string[] {
    return [...this.#inputs.keys()].sort().map((name) => this.#inputs.get(name) ?? '');
  }

  document(name: string): string {
    const text = readFileSync(join(DOCUMENTS, `${name}.graphql`), 'utf8').trim();
    const operation = operationOf(parse(text));
    const variables = (operation.variableDefinitions ?? []).map(({ variable, type, defaultValue }) => {
      const isOptional = type.kind !== Kind.NON_NULL_TYPE || defaultValue !== undefined;
      return `readonly ${variable.name.value}${isOptional ? '?' : ''}: ${this.#variable(type)};`;
    });
    const root = this.schema.getRootType(operation.operation);
    if (!root) throw new Error(`no root type for ${name}`);
    return [
      `/** The variables of \`${name}\`. */`,
      `export interface ${name}Variables { ${variables.join(' ')} }\n`,
      `/** The data of \`${name}\`. */`,
      `export type ${name}Data = ${this.#selection(operation.selectionSet, root)};\n`,
      `/** \`schema/documents/${name}.graphql\`. */`,
      `export const ${name} = new Message<${name}Variables, ${name}Data>('${name}', ${JSON.stringify(text)});`,
    ].join('\n');
  }

  #variable(node: TypeNode): string {
    const type = node.kind === Kind.NON_NULL_TYPE ? typeFromAST(this.schema, node) : typeFromAST(this.schema, node);
    if (!type) throw new Error('an unknown type of a variable');
    return this.#input(type);
  }

  #input(type: GraphQLType): string {
    if (isNonNullType(type)) return this.#input(type.ofType).replace(/ \| null$/u, '');
    if (isListType(type)) return `readonly (${this.#input(type.ofType)})[] | null`;
    if (isEnumType(type)) return `${this.#enum(type.name)} | null`;
    if (!isInputObjectType(type)) return `${SCALARS['name' in type ? type.name : ''] ?? 'string'} | null`;
    if (!this.#inputs.has(type.name)) {
      this.#inputs.set(type.name, '');
      const fields = Object.values(type.getFields()).map((field) => {
        const isOptional = !isNonNullType(field.type) || field.defaultValue !== undefined;
        return `readonly ${field.name}${isOptional ? '?' : ''}: ${this.#input(field.type)};`;
      });
      this.#inputs.set(
        type.name,
        `/** ${type.description ?? ''} */\nexport interface ${type.name} { ${fields.join(' ')} }`,
      );
    }
    return `${type.name} | null`;
  }

  #enum(name: string): string {
    const type = this.schema.getType(name);
    if (!isEnumType(type)) throw new Error(`not an enum: ${name}`);
    const values = type.getValues().map((value) => `'${value.name}'`);
    this.#inputs.set(name, `/** ${type.description ?? ''} */\nexport type ${name} = ${values.join(' | ')};`);
    return name;
  }

  #output(type: GraphQLType, selections: SelectionSetNode | undefined): string {
    if (isNonNullType(type)) return this.#output(type.ofType, selections).replace(/ \| null$/u, '');
    if (isListType(type)) return `readonly (${this.#output(type.ofType, selections)})[] | null`;
    // New codes may come from a newer server.
    if (isEnumType(type)) return type.name === 'ShardErrorCode' ? 'string | null' : `${this.#enum(type.name)} | null`;
    if (isCompositeType(type) && selections !== undefined) return `(${this.#selection(selections, type)}) | null`;
    return `${SCALARS['name' in type ? type.name : ''] ?? 'string'} | null`;
  }

  /** One object type for each set of fields that a selection may give, with the names of the types that give it. */
  #selection(selections: SelectionSetNode, type: GraphQLCompositeType): string {
    const possible = isAbstractType(type) ? this.schema.getPossibleTypes(type) : [type];
    const byFields = new Map<string, string[]>();
    for (const member of possible) {
      const fields = this.#fields(selections, member).join(' ');
      byFields.set(fields, [...(byFields.get(fields) ?? []), member.name]);
    }
    return [...byFields]
      .map(([fields, names]) => {
        const typename = isAbstractType(type)
          ? `readonly __typename: ${names.map((name) => `'${name}'`).join(' | ')}; `
          : '';
        return `{ ${typename}${fields} }`;
      })
      .join(' | ');
  }

  #fields(selections: SelectionSetNode, member: GraphQLObjectType): string[] {
    return selections.selections.flatMap((selection) => {
      if (selection.kind === Kind.FIELD) {
        if (selection.name.value === '__typename') return [];
        const field = member.getFields()[selection.name.value];
        if (field === undefined) throw new Error(`${member.name} has no field ${selection.name.value}`);
        const name = selection.alias?.value ?? selection.name.value;
        return [`readonly ${name}: ${this.#output(field.type, selection.selectionSet)};`];
      }
      if (selection.kind !== Kind.INLINE_FRAGMENT) throw new Error('documents have no named fragments');
      const condition = this.schema.getType(selection.typeCondition?.name.value ?? member.name);
      const applies =
        condition === member ||
        (isAbstractType(condition) && isObjectType(member) && this.schema.isSubType(condition, member));
      return applies ? this.#fields(selection.selectionSet, member) : [];
    });
  }
}

function operationOf(document: DocumentNode): OperationDefinitionNode {
  const [definition] = document.definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error('a document is one operation');
  return definition;
}
