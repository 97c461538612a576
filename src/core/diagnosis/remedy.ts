/** Something that a person could do, as data. */
export interface Remedy {
  /** When to do it. */
  readonly sentence: string;
  /** What it would do. */
  readonly effect: string;
  /** A whole command line to copy. */
  readonly command: string;
  /** A whole GraphQL document. */
  readonly mutation: string;
  /** The document's variables, as JSON text. */
  readonly variables: string;
}
