import { draftIssue, type Rule } from './rule.js';

/** Calls that were still running when their scenario ended, and calls whose process died. */
export const findUnfinished: Rule = ({ facts, capabilities }) =>
  capabilities
    .flatMap((capability) => capability.methods)
    .flatMap((figures) => {
      const { capability, method, timeouts, crashes, calls, failedActivityId } = figures;
      const issues = [];
      if (timeouts > 0) {
        issues.push(
          draftIssue(facts, {
            severity: 'high',
            capability,
            issueType: 'timeout',
            subject: method,
            description: `${method} had not returned in ${timeouts} of ${calls} calls when the scenario ended.`,
            suggestedFix: `Give ${method} a deadline of its own, and await every call of it in the scenario.`,
            evidenceActivityId: failedActivityId,
          }),
        );
      }
      if (crashes > 0) {
        issues.push(
          draftIssue(facts, {
            severity: 'critical',
            capability,
            issueType: 'crash',
            subject: method,
            description: `The process died during ${method} in ${crashes} of ${calls} calls.`,
            suggestedFix: `Run the scenario alone and look at what ${method} does to the process: memory, native code, exit.`,
            evidenceActivityId: failedActivityId,
          }),
        );
      }
      return issues;
    });
