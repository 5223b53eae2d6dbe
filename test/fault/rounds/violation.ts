/** A store has shown what it must not; the message says what. */
export class Violation extends Error {}
