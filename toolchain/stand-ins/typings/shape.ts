/** What may stand in one place of a resource's properties. */
export type Type =
  | { readonly kind: "string" | "number" | "boolean" | "any" | "asset" }
  | { readonly kind: "values"; readonly values: readonly string[] }
  | { readonly kind: "list"; readonly of: Type }
  | { readonly kind: "map"; readonly of: Type }
  /** One of the shape's `objects`, by its name: such types may contain themselves. */
  | { readonly kind: "object"; readonly name: string }
  | { readonly kind: "union"; readonly of: readonly Type[] };

export interface Property {
  readonly type: Type;
  readonly required: boolean;
  /** Whether its documentation says that a change makes a new resource. */
  readonly replaces?: true;
  /** The texts that its documentation lists as the only ones. */
  readonly accepted?: readonly string[];
}

export type Properties = Readonly<Record<string, Property>>;

/** What the typings of a package say of a resource, a function or the provider itself. */
export interface Shape {
  readonly token: string;
  /** What a program gives. */
  readonly inputs: Properties;
  /** What a program gets: of a resource all its properties, those given too; of a function its result. */
  readonly outputs: Properties;
  /** The objects inside both, by name. */
  readonly objects: Readonly<Record<string, Properties>>;
}
