/** A nominal type: values of `T` that only the constructor of `Name` makes. */
export type Brand<T, Name extends string> = T & { readonly __brand: Name };
