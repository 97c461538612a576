import { Kind } from 'graphql';
import type {
  DirectiveNode,
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  OperationDefinitionNode,
  SelectionNode,
  SelectionSetNode,
  ValueNode,
} from 'graphql';

/** How large a document is, whatever it asks for. */
export interface DocumentShape {
  /** Selections within each other, those of fragments included; or lists and objects within each other, in a value. */
  readonly depth: number;
  readonly aliases: number;
  /** The most fields at the top of one operation, those of fragments included. */
  readonly rootFields: number;
  readonly operations: number;
  readonly directives: number;
}

/** Fragments of a document by their names. */
export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/** The fragments of a document; of two with one name, which no document may have, the last. */
export function fragmentsOf(document: DocumentNode): Fragments {
  return new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
    ),
  );
}

/** Measures a document in one walk, each fragment once: however often it is spread, it costs as much as it is long. */
export function shapeOf(document: DocumentNode): DocumentShape {
  return new ShapeReader(document).read();
}

/** What is in a selection: how deep it goes, and how many fields it has at its top. */
interface Inside {
  readonly depth: number;
  readonly fields: number;
}

const NOTHING: Inside = { depth: 0, fields: 0 };

class ShapeReader {
  readonly #fragments: Fragments;
  /** What is in each fragment; nothing while one is looked at, so that one which spreads itself ends. */
  readonly #known = new Map<string, Inside>();
  #values = 0;
  #aliases = 0;
  #directives = 0;

  constructor(private readonly document: DocumentNode) {
    this.#fragments = fragmentsOf(document);
  }

  read(): DocumentShape {
    let [depth, rootFields, operations] = [0, 0, 0];
    for (const definition of this.document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) depth = Math.max(depth, this.#fragment(definition).depth);
      if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
      operations += 1;
      const top = this.#operation(definition);
      depth = Math.max(depth, top.depth);
      rootFields = Math.max(rootFields, top.fields);
    }
    return {
      depth: Math.max(depth, this.#values),
      rootFields,
      operations,
      aliases: this.#aliases,
      directives: this.#directives,
    };
  }

  #operation({ directives, variableDefinitions = [], selectionSet }: OperationDefinitionNode): Inside {
    this.#count(directives);
    for (const { directives: ofVariable, defaultValue } of variableDefinitions) {
      this.#count(ofVariable);
      if (defaultValue !== undefined) this.#values = Math.max(this.#values, valueDepth(defaultValue));
    }
    return this.#selections(selectionSet);
  }

  #fragment({ name, directives, selectionSet }: FragmentDefinitionNode): Inside {
    const known = this.#known.get(name.value);
    if (known !== undefined) return known;
    this.#known.set(name.value, NOTHING);
    this.#count(directives);
    const found = this.#selections(selectionSet);
    this.#known.set(name.value, found);
    return found;
  }

  #selections({ selections }: SelectionSetNode): Inside {
    let [deepest, fields] = [0, 0];
    for (const selection of selections) {
      this.#count(selection.directives);
      const inside = this.#selection(selection);
      deepest = Math.max(deepest, inside.depth);
      fields += inside.fields;
    }
    return { depth: deepest + 1, fields };
  }

  #selection(selection: SelectionNode): Inside {
    switch (selection.kind) {
      case Kind.FIELD:
        return this.#field(selection);
      case Kind.INLINE_FRAGMENT:
        return this.#selections(selection.selectionSet);
      case Kind.FRAGMENT_SPREAD: {
        const definition = this.#fragments.get(selection.name.value);
        return definition === undefined ? NOTHING : this.#fragment(definition);
      }
    }
  }

  #field({ alias, arguments: given = [], selectionSet }: FieldNode): Inside {
    if (alias !== undefined) this.#aliases += 1;
    for (const { value } of given) this.#values = Math.max(this.#values, valueDepth(value));
    return { depth: selectionSet === undefined ? 0 : this.#selections(selectionSet).depth, fields: 1 };
  }

  #count(directives: readonly DirectiveNode[] = []): void {
    this.#directives += directives.length;
  }
}

function valueDepth(value: ValueNode): number {
  if (value.kind === Kind.LIST) return 1 + Math.max(0, ...value.values.map(valueDepth));
  if (value.kind === Kind.OBJECT) return 1 + Math.max(0, ...value.fields.map((field) => valueDepth(field.value)));
  return 0;
}
