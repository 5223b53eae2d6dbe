import type { DocumentedEndpoint } from '../../fixtures/documented.ts';

/**
 * The endpoints that the vendor's documentation has, with its line, written from it; and the test that shows each. `R`
 * stands for what was recovered from other pages of the vendor, `ours` for what is ours.
 */
export const documented: readonly DocumentedEndpoint[] = [
  {
    endpoint: 'POST /face-search',
    line: '6',
    fields: ['check_liveness', 'collection_name', 'face_base_64', 'min_similarity_score', 'max_results'],
    answer: ['face_base_64', 'metadata', 'person_id', 'person_name', 'similarity_score'],
    test: 'finds a person by another picture of her (6–34, 52–65)',
  },
  {
    endpoint: 'POST /multi-face-search',
    line: '36',
    fields: ['collection_name', 'multi_face_img_base_64', 'min_similarity_score'],
    answer: ['person_search_results', 'unrecognized_face_thumbnails_base_64'],
    test: 'finds all persons of a picture, and shows the faces of the others (36–50, 66–84)',
  },
  {
    endpoint: 'POST /collection',
    line: 'R',
    fields: ['name'],
    answer: ['name', 'num_persons'],
    test: 'makes a collection (R)',
  },
  {
    endpoint: 'DELETE /collection',
    line: 'R',
    fields: ['name'],
    answer: [],
    test: 'removes a collection with its persons (R)',
  },
  {
    endpoint: 'GET /collections',
    line: 'ours',
    fields: [],
    answer: ['name', 'num_persons'],
    test: 'lists the collections that the key reaches (ours)',
  },
  {
    endpoint: 'PUT /person',
    line: 'R',
    fields: [
      ...['person_id', 'person_name', 'collection_name', 'face_base_64', 'check_duplicates'],
      ...['duplicate_check_min_similarity', 'check_liveness', 'face_storage_type', 'metadata'],
    ],
    answer: ['person_id', 'person_name', 'metadata'],
    test: 'enrols a person, and puts another face, name and metadata in the place of hers (R)',
  },
  {
    endpoint: 'PUT /persons',
    line: 'R',
    fields: ['collection_name', 'face_storage_type', 'Persons'],
    answer: ['code', 'message', 'metadata'],
    test: 'enrols many persons, and tells of each what became of her (R)',
  },
  {
    endpoint: 'GET /person',
    line: 'ours',
    fields: ['collection_name', 'person_id'],
    answer: ['person_id', 'person_name', 'metadata', 'face_base_64'],
    test: 'tells of a person (ours)',
  },
  {
    endpoint: 'DELETE /person',
    line: 'ours',
    fields: ['collection_name', 'person_id'],
    answer: [],
    test: 'removes a person (ours)',
  },
  {
    endpoint: 'POST /compare',
    line: 'R',
    fields: ['check_liveness', 'face_base_64', 'ref_face_base_64', 'min_similarity_score'],
    answer: ['is_match'],
    test: 'compares two faces (ours)',
  },
  {
    endpoint: 'POST /face-compare',
    line: 'ours',
    fields: ['check_liveness', 'face_base_64', 'ref_face_base_64', 'min_similarity_score'],
    answer: ['is_match', 'similarity_score'],
    test: 'compares two faces (ours)',
  },
  {
    endpoint: 'POST /liveness',
    line: 'ours',
    fields: ['face_base_64'],
    answer: ['is_live'],
    test: 'takes a good picture for one of a live face (ours)',
  },
];
