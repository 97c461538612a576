/** In which mode the locks of a task work. */
export type Mode = 'optimistic' | 'pessimistic';
