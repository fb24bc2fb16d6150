/** Nominal types over plain values: a parsed string is not just any string. */

declare const brand: unique symbol;

/** `Value` that has passed the one parser whose name is `Name`; made by that parser alone. */
export type Brand<Value, Name extends string> = Value & { readonly [brand]: Name };
