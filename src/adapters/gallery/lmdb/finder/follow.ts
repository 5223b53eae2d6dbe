import type { AfterCommit } from '../writing/after-commit.ts';
import type { Finder } from './finder.ts';

/** Does to the finder what a committed write has done to the store. */
export function follow(finder: Finder, step: AfterCommit): void {
  switch (step.kind) {
    case 'person':
      finder.judge(step.person);
      break;
    case 'person-gone':
      finder.forget(step.personId);
      break;
    case 'row': {
      const { number, row, code } = step;
      const { template, ...ids } = row;
      const model = { id: template.modelId, dimensions: template.vector.length };
      finder.addRow(model, { ...ids, number, code });
      break;
    }
    case 'row-gone':
      finder.removeRow(step.number);
      break;
    case 'row-outdated':
      finder.removeRowOf(step.modelId, step.number);
      break;
    case 'row-moved':
      finder.moveRow(step.number, step.personId);
      break;
    case 'collection-hidden':
      finder.hideCollection(step.collectionId, step.hidden);
      break;
    case 'member-hidden':
      finder.hideMember(step);
      break;
    case 'picture-gone':
      break;
  }
}
