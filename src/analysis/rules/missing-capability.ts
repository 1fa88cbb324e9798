import { draftIssue, type Rule } from './rule.js';

/** Capabilities that the hub declares and no scenario called: nothing is known about them. */
export const findMissingCapabilities: Rule = ({ facts, capabilities }) => {
  const exercised = new Set(capabilities.map(({ capability }) => capability));
  return (facts.declaredCapabilities ?? [])
    .filter((name) => !exercised.has(name))
    .map((name) =>
      draftIssue(facts, {
        severity: 'low',
        capability: name,
        issueType: 'missing_capability',
        description: 'The hub declares this capability, and no scenario called it.',
        suggestedFix: `Call hub.${name} in a scenario, or take it out of the hub.`,
        reproducible: true,
      }),
    );
};
