/** The moment of a time in milliseconds since 1970; null: nobody knows. */
export function dateOf(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}
