import type { StoreFault, StoreFaultOutcome, StoreReport } from '../domain/store-report.ts';

const outcomes: Readonly<Record<StoreFaultOutcome, string>> = {
  lost: 'not to be made anew from others',
  repairable: 'to be set right with --repair',
  repaired: 'set right',
};

/** What a look at the store has found, for people: what is alike on one line, and whom it concerns below. */
export function reportText({ records, counts, faults }: StoreReport): string {
  const looked = `${records.toLocaleString('en')} records looked at`;
  const all = counts.lost + counts.repairable + counts.repaired;
  if (all === 0) return `The store is whole: ${looked}.`;
  const told = (Object.keys(outcomes) as StoreFaultOutcome[]).flatMap((outcome) =>
    counts[outcome] === 0 ? [] : [`  ${counts[outcome]} ${outcomes[outcome]}`],
  );
  const alike = Map.groupBy(faults, ({ outcome, message }) => `${message} (${outcomes[outcome]})`);
  const lines = [...alike].flatMap(([text, each]) => [`${text}: ${each.length}`, ...each.map(faultLine)]);
  const rest = all - faults.length;
  return [
    `${looked}, ${all} with something wrong:`,
    ...told,
    ...lines,
    ...(rest > 0 ? [`… and ${rest} more`] : []),
  ].join('\n');
}

function faultLine({ table, record, personId, referenceId, collectionId }: StoreFault): string {
  const whom = [
    ...(personId ? [`person ${personId}`] : []),
    ...(referenceId ? [`reference ${referenceId}`] : []),
    ...(collectionId ? [`collection ${collectionId}`] : []),
  ];
  return `  ${whom.length > 0 ? whom.join(', ') : `${table} ${record}`}`;
}
