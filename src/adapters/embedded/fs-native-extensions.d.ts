/** The part of the package that is used; it ships no types. */
declare module 'fs-native-extensions' {
  /** Take the whole file for writing. @returns false if another descriptor holds it */
  export function tryLock(fd: number): boolean;
}
