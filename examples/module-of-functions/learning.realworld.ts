import { expect } from 'vitest';
import { realWorldTest as realWorld } from 'vitest-realworld';

const urgent = [
  'the pump is down and must be fixed now',
  'call the plumber now the cellar is full of water',
  'payment is due today call the bank now',
  'the server is down fix it today',
  'the alarm is on call the guard now',
  'the door is broken and must be fixed today',
  'the order must leave today',
  'the boiler is down call the plumber today',
  'water comes through the roof now',
  'the report must be sent today',
];
const ordinary = [
  'a recipe for soup with beans',
  'ideas for a trip to the sea',
  'names of birds in the garden',
  'a list of books to read some day',
  'notes on how bees make honey',
  'songs for a summer evening',
  'a poem on snow and birds',
  'plans for a garden with beans',
  'how to bake bread some day',
  'books on bees and birds',
];
const cases = [
  ...urgent.map((subject) => ({ positive: true, subject })),
  ...ordinary.map((subject) => ({ positive: false, subject })),
];

realWorld.scenario('tells urgent notes from others', { kind: 'learning' }, async ({ hub, learning }) => {
  // What is judged was not taught: the halves are drawn by the seed.
  const { teach, holdOut } = learning.split(cases, 0.5);
  const counts = hub.notes.learnUrgency(
    teach.map(({ positive, subject }) => ({ text: subject, urgent: positive })),
  );
  const evaluation = await learning.evaluate('notes', holdOut, (text) => hub.notes.isUrgent(counts, text));
  expect(evaluation.cases).toBe(10);
  expect(evaluation.accuracy).toBeGreaterThan(0.6);
});
