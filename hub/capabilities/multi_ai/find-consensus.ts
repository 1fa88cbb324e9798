import type { Answer, Consensus, Opinion } from './answer-types.js';

type Given = Extract<Answer, { readonly outcome: 'answered' }>;

/** Groups answers that are equal after normalisation and finds the group that is larger than every other. */
export function findConsensus(answers: readonly Answer[], normalise: (text: string) => string): Consensus {
  const groups = new Map<string, Given[]>();
  const silent: { provider: string; reason: string }[] = [];
  let given = 0;
  for (const answer of answers) {
    if (answer.outcome !== 'answered') {
      silent.push({ provider: answer.provider, reason: answer.reason });
      continue;
    }
    const form = normalise(answer.text);
    if (form === '') {
      silent.push({ provider: answer.provider, reason: 'the answer is empty' });
      continue;
    }
    given += 1;
    groups.set(form, [...(groups.get(form) ?? []), answer]);
  }
  const opinions = [...groups.values()]
    .map((group) => toOpinion(group, given))
    .sort((one, other) => other.providers.length - one.providers.length);
  const [first] = opinions;
  if (first === undefined) {
    return { outcome: 'noAnswer', winner: null, agreement: 0, supporters: [], tied: [], dissent: [], silent };
  }
  const tied = opinions.filter(({ providers }) => providers.length === first.providers.length);
  if (tied.length > 1) {
    const dissent = opinions.slice(tied.length);
    return { outcome: 'tie', winner: null, agreement: first.share, supporters: [], tied, dissent, silent };
  }
  return {
    outcome: first.providers.length * 2 > given ? 'majority' : 'plurality',
    winner: first.text,
    agreement: first.share,
    supporters: first.providers,
    tied: [],
    dissent: opinions.slice(1),
    silent,
  };
}

function toOpinion(group: readonly Given[], given: number): Opinion {
  const fastest = group.reduce((best, answer) => (answer.latencyMs < best.latencyMs ? answer : best));
  return {
    text: fastest.text.trim(),
    providers: group.map(({ provider }) => provider),
    share: group.length / given,
  };
}
