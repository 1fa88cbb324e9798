import type { LiveSource, PageData } from '../page-data.js';
import { drawPage, openAllFolds } from './draw-page.js';
import { followChanges } from './follow-changes.js';

const data = read('data') as PageData;
const live = read('live') as LiveSource;
const root = document.createElement('div');
root.className = 'page';
document.body.appendChild(root);
drawPage(root, data, live);
addEventListener('beforeprint', () => openAllFolds(root));
if (live !== null) followChanges(live, data, (changed) => drawPage(root, changed, live));

function read(id: string): unknown {
  return JSON.parse(document.getElementById(id)?.textContent ?? 'null');
}
