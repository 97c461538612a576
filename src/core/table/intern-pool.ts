/**
 * Values by their text, each kept only as long as somebody else holds it: a program that runs for years meets any
 * number of schemas, but holds few at a time.
 */
export class InternPool<T extends object> {
  private readonly byText = new Map<string, WeakRef<T>>();
  /** Forgets the text of a value that was collected, unless a new value has taken its place. */
  private readonly collected = new FinalizationRegistry<string>((text) => {
    if (this.byText.get(text)?.deref() === undefined) this.byText.delete(text);
  });

  /** The value of that text, or `make()`, which is then the value of that text. */
  intern(text: string, make: () => T): T {
    const known = this.byText.get(text)?.deref();
    if (known !== undefined) return known;
    const value = make();
    this.byText.set(text, new WeakRef(value));
    this.collected.register(value, text);
    return value;
  }

  /** How many texts are remembered, those of values about to be collected included. */
  get size(): number {
    return this.byText.size;
  }
}
