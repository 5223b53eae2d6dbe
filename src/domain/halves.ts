/**
 * Shares the people between two halves, all faces of a person in one: people with many faces first, turn by turn, so
 * that both halves have genuine pairs; the same for the same faces.
 */
export function splitPeople<Face extends { readonly person: string }>(
  faces: readonly Face[],
): [Face[], Face[]] {
  const byPerson = new Map<string, Face[]>();
  for (const face of faces) byPerson.set(face.person, [...(byPerson.get(face.person) ?? []), face]);
  const people = [...byPerson.entries()].sort(
    ([one, ones], [other, others]) => others.length - ones.length || (one < other ? -1 : 1),
  );
  const halves: [Face[], Face[]] = [[], []];
  people.forEach(([, own], index) => {
    halves[index % 2]!.push(...own);
  });
  return halves;
}
