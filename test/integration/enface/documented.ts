import type { DocumentedEndpoint } from '../../fixtures/documented.ts';

/** The endpoints that the vendor's documentation has, with its line, written from it, and those that were recovered; and the test that shows each. */
const answered = ['status', 'message'];
const admission = ['new_person_threshold', 'new_person_square_min', 'new_person_yaw_max'];
const shown = ['bbox', 'bbox_pro', 'thumb', 'multi'];
const person = [
  ...['person_id', 'list_id', 'created', 'updated', 'group_id', 'source_id', 'image_url', 'fields'],
  ...['features', 'status', 'yaw', 'roll', 'pitch', 'person_source'],
];

export const documented: readonly DocumentedEndpoint[] = [
  {
    endpoint: 'POST /v1/user/login',
    line: 46,
    fields: ['email', 'password', 'valid_days'],
    answer: ['status', 'token'],
    test: 'logs in (11–73)',
  },
  {
    endpoint: 'GET /v1/tokens',
    line: 93,
    fields: [],
    answer: ['tokens', 'id', 'expires'],
    test: 'is listed: in an object by GET, bare by POST (79–108, R)',
  },
  {
    endpoint: 'POST /v1/token/create',
    line: 144,
    fields: ['valid_days', 'expires', 'token'],
    answer: [...answered, 'token'],
    test: 'is made for so many days, for one day when nothing is said (110–173, R)',
  },
  {
    endpoint: 'PUT /v1/token/update',
    line: 'R',
    fields: ['token_id', 'valid_days', 'expires'],
    answer: answered,
    test: 'gets another end (R)',
  },
  {
    endpoint: 'DELETE /v1/token/delete',
    line: 'R',
    fields: ['token_id'],
    answer: answered,
    test: 'is deleted (R)',
  },
  {
    endpoint: 'GET /v1/source/groups',
    line: 193,
    fields: [],
    answer: ['created', 'name', 'person_list_search', 'on_found', 'on_failed', 'group_id'],
    test: 'is made, and listed after the default one (177–272, R)',
  },
  {
    endpoint: 'POST /v1/source/group/create',
    line: 243,
    fields: ['name', 'token', 'person_list_search'],
    answer: [...answered, 'group_id'],
    test: 'is made, and listed after the default one (177–272, R)',
  },
  {
    endpoint: 'PUT /v1/source/group/update',
    line: 'R',
    fields: ['group_id', 'name', 'person_list_search'],
    answer: answered,
    test: 'is changed (R)',
  },
  {
    endpoint: 'DELETE /v1/source/group/delete',
    line: 'R',
    fields: ['group_id'],
    answer: answered,
    test: 'is deleted, also with others at once, but not the default one (R)',
  },
  {
    endpoint: 'POST /v1/source/create',
    line: 346,
    fields: [
      ...['name', 'group_id', 'new_person_threshold', 'new_person_square_min', 'new_person_angle_max'],
      ...['person_list_add', 'token', 'feature_check', 'features_check'],
    ],
    answer: [...answered, 'source_id'],
    test: 'is made with its rule, and listed with its group (278–433, R)',
  },
  {
    endpoint: 'POST /v1/sources',
    line: 408,
    fields: ['group_id', 'token'],
    answer: ['source_id', 'name', 'feature_check', 'auto_person_create', ...admission, 'person_list_add'],
    test: 'is made with its rule, and listed with its group (278–433, R)',
  },
  {
    endpoint: 'PUT /v1/source/update',
    line: 'R',
    fields: ['source_id', 'name', 'feature_check', ...admission],
    answer: answered,
    test: 'is changed in what is said of it (R)',
  },
  {
    endpoint: 'DELETE /v1/source/delete',
    line: 'R',
    fields: ['source_id'],
    answer: answered,
    test: 'is deleted, but not the default one (R)',
  },
  {
    endpoint: 'POST /v1/person/list/create',
    line: 470,
    fields: ['name', 'token'],
    answer: ['list_id', 'status'],
    test: 'is made (439–497)',
  },
  {
    endpoint: 'GET /v1/person/lists',
    line: 513,
    fields: [],
    answer: ['list_id', 'name', 'created'],
    test: 'is listed after the default one, by both verbs (499–528, R)',
    ours: {
      list_id: 'its name and form; the documentation shows an empty object',
    },
  },
  {
    endpoint: 'PUT /v1/person/list/update',
    line: 'R',
    fields: ['list_id', 'name'],
    answer: answered,
    test: 'gets another name, but not the default one (R)',
  },
  {
    endpoint: 'DELETE /v1/person/list/delete',
    line: 'R',
    fields: ['list_id', 'name'],
    answer: answered,
    test: 'is deleted by its id or its name, but not the default one (R)',
  },
  {
    endpoint: 'POST /v1/person/create',
    line: 640,
    fields: [
      ...['image', 'list_id', 'replace_person_id', 'fields', 'token', 'feature_check', 'drop_image'],
      ...[...shown, ...admission],
    ],
    answer: [...answered, 'faces_total', 'persons_updated', 'persons_new', 'matches', 'spent', ...person],
    test: 'is made from a picture, in the default list: 201 (534–652, R)',
    ours: {
      matches: '`{person_id, list_id, score, fields, image_url}`',
      persons_updated: 'one list of persons',
      bbox: '`[[x1, y1], [x2, y2]]`, in an array `faces` beside the persons',
      bbox_pro: 'four corners from the top left on, clockwise, turned with the face',
      thumb: '112 × 112 pixels, JPEG as base64',
    },
  },
  {
    endpoint: 'POST /v1/person',
    line: 709,
    fields: ['token', 'list_id', 'person_id'],
    answer: person,
    test: 'is told by her id (670–747)',
  },
  {
    endpoint: 'POST /v1/person/update',
    line: 799,
    fields: ['list_id', 'fields', 'token', 'drop_image', 'person_id'],
    answer: answered,
    test: 'gets other fields (749–830)',
  },
  {
    endpoint: 'DELETE /v1/person/delete',
    line: 871,
    fields: ['list_id', 'token', 'person_id'],
    answer: answered,
    test: 'is deleted, by the documented verb and by POST (832–898, R)',
  },
  {
    endpoint: 'POST /v1/compare',
    line: 958,
    fields: ['images', ...shown, 'token'],
    answer: ['image1', 'image2', 'spent', 'status'],
    test: 'tells the largest face of each and how alike they are (904–979)',
    ours: {
      image1: 'for each face `{score, scores}`: the best, and those with each face of the other picture',
      image2: 'as image1',
    },
  },
  {
    endpoint: 'POST /v1/detect',
    line: 1041,
    fields: ['images', ...shown, 'token', 'feature_check'],
    answer: ['spent', 'results', 'status', 'features', 'version', 'result', 'confidence'],
    test: 'tells of each face of each picture what was asked (981–1059, R)',
  },
  {
    endpoint: 'POST /v1/action',
    line: 1188,
    fields: [
      ...['image', ...shown, 'token', 'feature_check', ...admission, 'group_id', 'source_id'],
      ...['person_list_search', 'results', 'person_list_add', 'drop_image'],
    ],
    answer: [...answered, 'results', 'matches', 'bbox', 'spent'],
    test: 'finds who is in the default list, and makes nobody: the default source lets nobody in (1061–1213, R)',
    ours: {
      matches: '`{person_id, list_id, score, fields, image_url}`',
      bbox: '`[[x1, y1], [x2, y2]]`',
    },
  },
];
