/**
 * What was read of texts, by the text. It changes no answer, only how often one is computed, and is bounded: two
 * generations, of which the older one is dropped when the younger one is full; what is asked for again becomes young.
 */
export class TextMemory<V extends object> {
  private young = new Map<string, V>();
  private old = new Map<string, V>();
  private youngLength = 0;

  /** @param generationLength characters of texts that one generation holds */
  constructor(private readonly generationLength: number) {}

  /** What is known of the text, or what `read` gives of the text that is kept. What throws isn't kept. */
  get(text: string, read: (kept: string) => V): V {
    const young = this.young.get(text);
    if (young !== undefined) return young;
    const kept = detached(text);
    const value = this.old.get(text) ?? read(kept);
    this.keep(kept, value);
    return value;
  }

  private keep(text: string, value: V): void {
    if (this.youngLength + text.length > this.generationLength) {
      this.old = this.young;
      this.young = new Map();
      this.youngLength = 0;
    }
    this.young.set(text, value);
    this.youngLength += text.length;
  }
}

/** The same text with characters of its own: a part of a text otherwise keeps the whole of it in memory. */
function detached(text: string): string {
  return ` ${text}`.slice(1);
}
