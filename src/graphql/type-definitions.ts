import { Kind, isObjectType, parse, printSchema, visit } from 'graphql';
import type { ConstDirectiveNode, DocumentNode, FieldDefinitionNode, GraphQLSchema } from 'graphql';

/** Tells routers what the directives mean. */
const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable", "@tag"])';

/**
 * The type definitions of a schema with the directives that its decorators gave to types and fields, which graphql's own
 * printer leaves out, and with the link to federation.
 */
export function typeDefinitionsOf(schema: GraphQLSchema): DocumentNode {
  const printed = parse(`${LINK}\n\n${printSchema(schema)}`);
  return visit(printed, {
    [Kind.OBJECT_TYPE_DEFINITION]: (node) => {
      const type = schema.getType(node.name.value);
      if (!isObjectType(type)) return node;
      const fields = type.getFields();
      const withDirectives = (field: FieldDefinitionNode): FieldDefinitionNode => ({
        ...field,
        directives: [...(field.directives ?? []), ...directivesOf(fields[field.name.value])],
      });
      return {
        ...node,
        directives: [...(node.directives ?? []), ...directivesOf(type)],
        fields: node.fields?.map(withDirectives) ?? [],
      };
    },
  });
}

interface Decorated {
  readonly astNode?: { readonly directives?: readonly ConstDirectiveNode[] } | null | undefined;
}

function directivesOf(decorated: Decorated | undefined): readonly ConstDirectiveNode[] {
  return decorated?.astNode?.directives ?? [];
}
