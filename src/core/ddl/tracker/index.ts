export { applyStatement } from './apply-statement';
export { buildTable } from './build-table';
export type { CharacterSet } from './character-set';
export { createLike } from './create-like';
