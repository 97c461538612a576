/** What `first` of a list means. */
export const FIRST = 'At most this many items, up to 1,000.';

/** What `after` of a list means. */
export const AFTER = 'The cursor after which the page begins.';
