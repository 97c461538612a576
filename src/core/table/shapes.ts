import { normaliseCollation } from './collation';
import { ITEM_FLAGS, flagsOf } from './column-order';
import { ColumnFlag } from './column-type';
import { combineFingerprints, fingerprintOf, fingerprintText } from './fingerprint';
import type { Fingerprint } from './fingerprint';
import { indexCore } from './index-order';
import { InternPool } from './intern-pool';
import { KEY_FLAGS } from './key-role';
import { lowerName } from './lower-name';
import type { ColumnItems, IndexItems, Shape, ShapeColumn, ShapeIndex, ShapeInterner, TableItems } from './shape';
import { equalTableItems } from './table-order';
import type { Column, Index, TableSchema } from './table-schema';

/**
 * The interner of shapes and of their columns and indexes. Law: `intern(a) === intern(b)` if and only if `a` and `b`
 * compare as equal. Shapes of different `Shapes` must not be mixed. Nothing is kept that nobody else holds.
 */
export class Shapes implements ShapeInterner {
  private readonly columns = new InternPool<ShapeColumn>();
  private readonly indexes = new InternPool<ShapeIndex>();
  private readonly shapes = new InternPool<Shape>();
  private readonly ofSchema = new WeakMap<TableSchema, Shape>();
  /** Schemas that were read from texts have their columns in common. */
  private readonly ofColumn = new WeakMap<Column, ShapeColumn>();
  private lastId = 0;
  /** The parts of the last new shape, which the next one mostly shares: then comparing them is comparing pointers. */
  private lastTable: TableItems | null = null;
  private lastIndexes: readonly ShapeIndex[] = [];

  /** The shape of a schema. */
  intern(schema: TableSchema): Shape {
    const known = this.ofSchema.get(schema);
    if (known !== undefined) return known;
    const columns = new Map(
      schema.columns.map((column) => this.shapeColumnOf(column)).map((column) => [column.name, column]),
    );
    const shape = this.internParts(
      tableItemsOf(schema),
      sortByName([...columns.values()]),
      sortByName(indexItemsOf(schema, columns).map((index) => this.internIndex(index))),
    );
    this.ofSchema.set(schema, shape);
    return shape;
  }

  private shapeColumnOf(column: Column): ShapeColumn {
    const known = this.ofColumn.get(column);
    if (known !== undefined) return known;
    const shape = this.internColumn(itemsOfColumn(column));
    this.ofColumn.set(column, shape);
    return shape;
  }

  internColumn(items: ColumnItems): ShapeColumn {
    const text = columnText(items);
    return this.columns.intern(text, () => ({ ...items, id: this.nextId(), text, fingerprint: fingerprintOf(text) }));
  }

  internIndex(items: IndexItems): ShapeIndex {
    const core = indexCore(items);
    const text = `${JSON.stringify(items.name)}${items.unique ? 'u' : ''}${items.primary ? 'p' : ''}${core}`;
    const make = (): ShapeIndex => ({ ...items, id: this.nextId(), text, fingerprint: fingerprintOf(text), core });
    return this.indexes.intern(text, make);
  }

  internParts(table: TableItems, columns: readonly ShapeColumn[], indexes: readonly ShapeIndex[]): Shape {
    const options = tableText(table);
    let key = '';
    for (const column of columns) key += `${column.id},`;
    key += ';';
    for (const index of indexes) key += `${index.id},`;
    key += options;
    return this.shapes.intern(key, () => this.makeShape(table, options, columns, indexes));
  }

  private makeShape(
    table: TableItems,
    options: string,
    columns: readonly ShapeColumn[],
    indexes: readonly ShapeIndex[],
  ): Shape {
    if (this.lastTable === null || !equalTableItems(table, this.lastTable)) this.lastTable = table;
    if (!haveSameElements(indexes, this.lastIndexes)) this.lastIndexes = indexes;
    return new InternedShape(this, this.nextId(), this.lastTable, options, columns, this.lastIndexes);
  }

  private nextId(): number {
    this.lastId += 1;
    return this.lastId;
  }
}

function haveSameElements<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((element, at) => element === b[at]);
}

class InternedShape implements Shape {
  readonly hash: Fingerprint;

  constructor(
    readonly interner: ShapeInterner,
    readonly id: number,
    readonly table: TableItems,
    private readonly options: string,
    readonly columns: readonly ShapeColumn[],
    readonly indexes: readonly ShapeIndex[],
  ) {
    const parts = [...columns, ...indexes].map((part) => part.fingerprint);
    this.hash = combineFingerprints([fingerprintOf(`${options}${columns.length}`), ...parts]);
  }

  get fingerprint(): string {
    return fingerprintText(this.hash);
  }

  column(name: string): ShapeColumn | undefined {
    const lower = lowerName(name);
    return this.columns.find((column) => column.name === lower);
  }

  get canonical(): string {
    const texts = (parts: readonly { readonly text: string }[]): string => parts.map((part) => part.text).join('\n');
    return `${this.options}\n${texts(this.columns)}\n\n${texts(this.indexes)}`;
  }
}

/** Without loss: texts are quoted, numbers separated. */
function columnText(items: ColumnItems): string {
  const kind = `${items.stored}${items.defaultIsExpression ? 'computed' : ''}`;
  const type = `${items.code},${items.length},${items.decimals},${flagsOf(items)},${kind}`;
  const texts = [items.name, items.defaultValue, items.expression, items.collation, items.members];
  return type + JSON.stringify(texts);
}

/** Without loss, and beginning with a character that ends a number. */
function tableText(table: TableItems): string {
  const numbers = `${table.autoIncrementId},${table.shardRowIdBits},${table.autoRandomBits},${table.preSplitRegions}`;
  return `;${numbers},${JSON.stringify(table.collation)}${JSON.stringify(table.compression)}`;
}

function itemsOfColumn(column: Column): ColumnItems {
  const { type } = column;
  return {
    name: lowerName(column.name),
    defaultValue: column.defaultValue,
    defaultIsExpression: column.defaultValue !== null && column.defaultIsExpression,
    expression: column.generated?.expression ?? null,
    stored: column.generated?.stored ?? false,
    code: type.code,
    length: type.length,
    decimals: type.decimals,
    attributes: type.flags & ~ITEM_FLAGS,
    nullable: (type.flags & ColumnFlag.notNull) === 0,
    keyRole: type.flags & KEY_FLAGS,
    defaultMarks: type.flags & (ColumnFlag.autoIncrement | ColumnFlag.noDefaultValue),
    collation: normaliseCollation(type.collation),
    members: type.members === null || type.members.length === 0 ? null : type.members,
  };
}

function itemsOfIndex(index: Index): IndexItems {
  const parts = index.parts.map((part) => ({ column: lowerName(part.column), length: part.length }));
  return { name: lowerName(index.name), parts, unique: index.unique, primary: index.primary, type: index.type };
}

/** The indexes by name; a primary key that only a column's flag tells of is an index too. */
function indexItemsOf(schema: TableSchema, columns: ReadonlyMap<string, ColumnItems>): IndexItems[] {
  const indexes = new Map(schema.indexes.map((index) => [lowerName(index.name), itemsOfIndex(index)]));
  if (!schema.indexes.some((index) => index.primary)) {
    for (const column of columns.values()) {
      if ((column.keyRole & ColumnFlag.primaryKey) === 0) continue;
      const parts = [{ column: column.name, length: -1 }];
      indexes.set('primary', { name: 'primary', parts, unique: true, primary: true, type: 1 });
    }
  }
  return [...indexes.values()];
}

function tableItemsOf(schema: TableSchema): TableItems {
  return {
    collation: normaliseCollation(schema.collation),
    autoIncrementId: schema.autoIncrementId,
    shardRowIdBits: schema.shardRowIdBits,
    autoRandomBits: schema.autoRandomBits,
    preSplitRegions: schema.preSplitRegions,
    compression: schema.compression,
  };
}

function sortByName<T extends { readonly name: string }>(items: T[]): readonly T[] {
  return items.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
