import { ownUuidBytes, uuidAt } from '../disk/keys.ts';
import type { Pictures } from '../disk/pictures.ts';
import type { Table } from '../disk/table.ts';
import type { Tables } from '../disk/tables.ts';
import { areOfTemplates, hasCode, packAnew } from './code-rules.ts';
import { countsCheck } from './counts.ts';
import { derivationsOf } from './derivations.ts';
import { derivedPlan, hasItsEntries, removal } from './derived.ts';
import { hasMembership, hasPlace, isNoPerson, isOfCollection, isSomebody } from './member-rules.ts';
import { isGiven, isOfSeries, leadsToCredential } from './number-rules.ts';
import {
  hasCrop,
  hasMember,
  hasPicture,
  hasRow,
  hasTemplate,
  isAsLong,
  isOfAny,
  isOfReference,
} from './reference-rules.ts';
import { checkOf, type TableCheck } from './scan.ts';
import { hasPlaceStamps, hasStamps, isStillThere } from './stamp-rules.ts';

/** A look at every table of both files. */
export function checksOf(tables: Tables, pictures: Pictures['table']): TableCheck[] {
  const checks = [
    ...peopleChecks(tables),
    ...referenceChecks(tables, pictures),
    ...otherChecks(tables),
    picturesCheck(pictures),
  ];
  const names = new Set(checks.map(({ name }) => name));
  const others = (Object.values(tables) as Table<unknown>[]).filter(({ name }) => !names.has(name));
  return [...checks, ...others.map((table) => checkOf({ table, rules: [] }))];
}

/** What can be told only when nothing else has to be set right: who has lost what she had, what nobody has any more, and counts. */
export function lateChecksOf(tables: Tables): TableCheck[] {
  const { persons, references, referenceStamps, templates, crops } = tables;
  return [
    checkOf({ table: persons, rules: [hasPlace(tables)] }),
    checkOf({ table: references, rules: [hasMember(tables)] }),
    checkOf({ table: templates, rules: [isOfReference(tables)] }),
    checkOf({ table: referenceStamps, rules: [isStillThere(tables)] }),
    checkOf({ table: crops, rules: [isOfAny(tables)] }),
    countsCheck(tables),
  ];
}

function peopleChecks(tables: Tables): TableCheck[] {
  const { collections, persons, memberships, places, tombstones, departures } = tables;
  const derived = derivationsOf(tables);
  const whom = (place: Buffer) => ({
    message: 'The record of a person is damaged: nobody finds her',
    personId: uuidAt(place),
  });
  return [
    checkOf({ table: collections, rules: [hasItsEntries(derived.slugs)] }),
    checkOf(derivedPlan(derived.slugs)),
    checkOf({
      table: persons,
      rules: [hasItsEntries(derived.personNumbers), isGiven(tables, 'lastPerson')],
      onDamaged: whom,
    }),
    checkOf(derivedPlan(derived.personNumbers)),
    checkOf({
      table: memberships,
      rules: [isSomebody(tables), hasItsEntries(derived.foldedKeys), hasItsEntries(derived.places)],
    }),
    checkOf(derivedPlan(derived.foldedKeys)),
    checkOf({
      table: places,
      rules: [hasMembership(tables), hasPlaceStamps(tables)],
      onDamaged: (place) => ({ repair: removal(places, place), personId: uuidAt(place) }),
    }),
    checkOf({ table: tombstones, rules: [isNoPerson(tables)] }),
    checkOf({ table: departures, rules: [isOfCollection(tables)] }),
  ];
}

function referenceChecks(tables: Tables, pictures: Pictures['table']): TableCheck[] {
  const { references, templates, nextTemplates, codes, crops, models } = tables;
  const { memberReferences, faceCopies, copiedFaces, texts } = derivationsOf(tables);
  return [
    checkOf({
      table: references,
      rules: [
        ...[hasTemplate(tables), hasCrop(tables), hasPicture(pictures)],
        isGiven(tables, 'lastReference'),
        ...[hasStamps(tables), hasItsEntries(memberReferences), hasItsEntries(texts)],
        ...[hasItsEntries(faceCopies), hasItsEntries(copiedFaces)],
      ],
    }),
    checkOf(derivedPlan(memberReferences)),
    checkOf(derivedPlan(texts)),
    checkOf(derivedPlan(faceCopies)),
    checkOf(derivedPlan(copiedFaces)),
    checkOf({ table: templates, rules: [isAsLong(tables), hasCode(tables)] }),
    checkOf({
      table: codes,
      rules: [areOfTemplates(tables)],
      onDamaged: (place) => ({ repair: packAnew(tables, place) }),
    }),
    checkOf({ table: crops, rules: [] }),
    checkOf({
      table: nextTemplates,
      rules: [hasRow(tables)],
      onDamaged: (place) => ({ repair: removal(nextTemplates, place) }),
    }),
    checkOf({ table: models, rules: [], onDamaged: (place) => ({ repair: removal(models, place) }) }),
  ];
}

/** What no reference names is not looked for: it may be about to be, and the next start removes it else. */
function picturesCheck(pictures: Pictures['table']): TableCheck {
  const check = checkOf({
    table: pictures,
    rules: [],
    onDamaged: (place) => ({
      message: 'The picture of a reference is damaged',
      referenceId: uuidAt(place),
    }),
  });
  return {
    name: check.name,
    records: check.records,
    run: (scan) => check.run({ ...scan, snapshot: scan.pictures }),
  };
}

function otherChecks(tables: Tables): TableCheck[] {
  const { jobs, audit, cameras, cameraGroups, series, credentialSecrets, logins } = tables;
  const derived = derivationsOf(tables);
  const toCredential = leadsToCredential(tables, credentialSecrets, ownUuidBytes);
  const toUser = leadsToCredential(tables, logins, ({ credentialId }) => ownUuidBytes(credentialId));
  return [
    checkOf({ table: jobs, rules: [hasItsEntries(derived.jobNumbers), isOfSeries(tables, 'jobs')] }),
    checkOf(derivedPlan(derived.jobNumbers)),
    checkOf({
      table: tables.events,
      rules: [
        ...[hasItsEntries(derived.eventTimes), hasItsEntries(derived.eventCameras)],
        ...[hasItsEntries(derived.eventPersons), isOfSeries(tables, 'events')],
      ],
    }),
    checkOf(derivedPlan(derived.eventTimes)),
    checkOf(derivedPlan(derived.eventCameras)),
    checkOf(derivedPlan(derived.eventPersons)),
    checkOf({ table: audit, rules: [isOfSeries(tables, 'audit')] }),
    checkOf({
      table: cameras,
      rules: [
        ...[hasItsEntries(derived.cameraNumbers), hasItsEntries(derived.groupCameras)],
        isOfSeries(tables, 'cameras'),
      ],
    }),
    checkOf(derivedPlan(derived.cameraNumbers)),
    checkOf(derivedPlan(derived.groupCameras)),
    checkOf({
      table: cameraGroups,
      rules: [hasItsEntries(derived.cameraGroupNumbers), isOfSeries(tables, 'camera-groups')],
    }),
    checkOf(derivedPlan(derived.cameraGroupNumbers)),
    checkOf({ table: series, rules: [], onDamaged: (place) => ({ repair: removal(series, place) }) }),
    checkOf({ table: credentialSecrets, rules: [toCredential] }),
    checkOf({ table: logins, rules: [toUser] }),
  ];
}
