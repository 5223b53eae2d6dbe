/**
 * What stands against the store although it answers: a record that was left out when it was opened, or something removed
 * that still lies on the disk. `key` names the record in its table; it is no person's key.
 */
export type StoreProblem = { readonly table: string; readonly key: string; readonly message: string };
