/** How far a lock is: a group inside a source forms, it waits for reports, for a person, for operations, or is done. */
export type LockState = 'forming' | 'waiting' | 'conflict' | 'executing' | 'resolved';
