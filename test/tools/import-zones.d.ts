/** Room → rooms that it may import. Paths are folders or files below the repository root. */
export const allowedImports: Readonly<Record<string, readonly string[]>>;
