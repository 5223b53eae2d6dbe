import type { ErasureReceipt, Uuid } from '../../../../domain/gallery.ts';
import { personUnknown } from '../../../../domain/gallery-rules.ts';
import type { Finder } from '../finder/finder.ts';
import type { Reader } from '../reading/reader.ts';
import type { Ledger } from '../writing/ledger.ts';
import { findReference, removeReference } from '../writing/references.ts';
import type { Writer } from '../writing/writer.ts';
import { beginDepartures } from './departure.ts';
import type { Receipts } from './receipts.ts';
import type { Removals } from './removals.ts';
import { beginSlice } from './slice.ts';

export type EraseParts = {
  readonly nowMs: () => number;
  readonly finder: Finder;
  readonly reader: Reader;
  readonly writer: Writer;
  readonly receipts: Receipts;
  readonly removals: Removals;
};

/** Removes a person from all collections, for ever: hidden at once, decided in one write, removed slice by slice. */
export async function erase(parts: EraseParts, personId: Uuid): Promise<ErasureReceipt> {
  const { finder, reader, writer, receipts, removals } = parts;
  const earlier = reader.findErasure(personId);
  if (earlier) return earlier;
  if (!reader.findPerson(personId)) throw personUnknown();
  const hiddenAtMs = parts.nowMs();
  finder.hide(personId, true);
  try {
    const { result, whole } = await writer.commit((ledger) =>
      decide(ledger, reader, { personId, hiddenAtMs }),
    );
    if (!whole) receipts.leaveOpen(personId);
    await removals.settlePerson(personId);
    const completed = result.isDone ? undefined : await removals.completeReceipt(personId);
    return completed ?? result.receipt;
  } catch (error) {
    finder.hide(personId, false);
    throw error;
  }
}

/** `isDone` when somebody else has been quicker. */
function decide(
  ledger: Ledger,
  reader: Reader,
  { personId, hiddenAtMs }: Pick<ErasureReceipt, 'personId' | 'hiddenAtMs'>,
): { receipt: ErasureReceipt; isDone: boolean } {
  const done = reader.findErasure(personId);
  if (done) return { receipt: done, isDone: true };
  if (!reader.findPerson(personId)) throw personUnknown();
  const references = removeFromHeirs(ledger, personId) + beginDepartures(beginSlice(ledger), personId);
  const receipt = { personId, hiddenAtMs, references };
  ledger.putTombstone(personId, { kind: 'erased', receipt }, ledger.journal.collectionsOf(personId));
  return { receipt, isDone: false };
}

/** Faces that others have by merges, though they were given to her; tells how many. */
function removeFromHeirs(ledger: Ledger, personId: Uuid): number {
  return ledger.journal.facesWithHeirs(personId).filter(({ collectionId, referenceId }) => {
    const collection = ledger.anyCollection(collectionId);
    // What is going anyway is not counted once more.
    const record = collection.record.clearing ? undefined : findReference(ledger, collection, referenceId);
    return record && removeReference(ledger, collection, record);
  }).length;
}
