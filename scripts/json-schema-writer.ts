import ts from 'typescript';

export type JsonSchema = Record<string, unknown>;

/**
 * Writes types down as JSON Schemas, each in one piece, with the doc comments of fields as descriptions. It asks the type
 * checker, so inferred, mapped and branded types are what they come to.
 *
 * Numbers are whole ones, as all of udos are. A field that is always there and may be undefined is refused, because JSON
 * would silently leave it out: such a field is either optional or null, and not both.
 */
export class JsonSchemaWriter {
  readonly #checker: ts.TypeChecker;

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  /** @param where names the type in errors. */
  fromTypeNode(node: ts.Node, where: string): JsonSchema {
    return this.#write(this.#checker.getTypeAtLocation(node), where, []);
  }

  #write(type: ts.Type, where: string, above: readonly ts.Type[]): JsonSchema {
    if (above.includes(type))
      throw new Error(`${where} holds itself, which a schema in one piece cannot say`);
    const { flags } = type;
    if (flags & ts.TypeFlags.Unknown) return {};
    if (flags & ts.TypeFlags.Null) return { type: 'null' };
    if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
    if (flags & ts.TypeFlags.BooleanLiteral) return { const: this.#checker.typeToString(type) === 'true' };
    if (flags & ts.TypeFlags.Boolean) return { type: 'boolean' };
    if (flags & ts.TypeFlags.Number) return { type: 'integer' };
    if (isText(type)) return { type: 'string' };
    if (type.isUnion()) return this.#writeUnion(type, where, above);
    if (this.#checker.isArrayType(type)) {
      const [item] = this.#checker.getTypeArguments(type as ts.TypeReference);
      return {
        type: 'array',
        items: item === undefined ? {} : this.#write(item, `${where}[]`, [...above, type]),
      };
    }
    if (flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection))
      return this.#writeObject(type, where, [...above, type]);
    throw new Error(`${where} is ${this.#checker.typeToString(type)}, which JSON cannot carry`);
  }

  #writeUnion(type: ts.UnionType, where: string, above: readonly ts.Type[]): JsonSchema {
    const parts = type.types.filter((part) => !(part.flags & ts.TypeFlags.Undefined));
    if (parts.length < type.types.length)
      throw new Error(`${where} may be undefined, which JSON leaves out: make it optional, or null`);
    const literals = parts.flatMap((part) => (part.isStringLiteral() ? [part.value] : []));
    if (literals.length === parts.length) return { type: 'string', enum: literals.sort() };
    const isBoolean = parts.filter((part) => part.flags & ts.TypeFlags.BooleanLiteral).length === 2;
    const others = parts.filter((part) => !isBoolean || !(part.flags & ts.TypeFlags.BooleanLiteral));
    const schemas = [
      ...(isBoolean ? [{ type: 'boolean' }] : []),
      ...others.map((part) => this.#write(part, where, above)),
    ];
    return schemas.length === 1 ? (schemas[0] ?? {}) : { anyOf: sortedBy(schemas, JSON.stringify) };
  }

  #writeObject(type: ts.Type, where: string, above: readonly ts.Type[]): JsonSchema {
    if (type.getCallSignatures().length > 0) throw new Error(`${where} is a function`);
    const properties: Record<string, JsonSchema> = {};
    const required: string[] = [];
    for (const property of sortedBy(type.getProperties(), (one) => one.name)) {
      const isOptional = (property.flags & ts.SymbolFlags.Optional) !== 0;
      const declared = this.#checker.getTypeOfSymbol(property);
      const own = isOptional ? this.#checker.getNonNullableType(declared) : declared;
      const description = this.#describe(property);
      properties[property.name] = {
        ...(description === undefined ? {} : { description }),
        ...this.#write(own, `${where}.${property.name}`, above),
      };
      if (!isOptional) required.push(property.name);
    }
    const [index] = this.#checker.getIndexInfosOfType(type);
    const rest = index === undefined ? false : this.#write(index.type, `${where}[]`, above);
    return {
      type: 'object',
      ...(Object.keys(properties).length === 0 ? {} : { properties }),
      ...(required.length === 0 ? {} : { required }),
      additionalProperties: rest,
    };
  }

  #describe(property: ts.Symbol): string | undefined {
    return ts.displayPartsToString(property.getDocumentationComment(this.#checker)) || undefined;
  }
}

/** The checker's own order depends on what else it has looked at before. */
function sortedBy<T>(list: readonly T[], key: (one: T) => string): T[] {
  return [...list].sort((left, right) => (key(left) < key(right) ? -1 : 1));
}

/** A string, branded or not. */
function isText(type: ts.Type): boolean {
  if (type.flags & ts.TypeFlags.StringLike && !type.isStringLiteral()) return !type.isUnion();
  return type.isIntersection() && type.types.some((part) => part.flags & ts.TypeFlags.String);
}
