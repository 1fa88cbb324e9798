export type { IndexAdvice, MeasuredCost, RejectedIndex, WorkloadAdvice } from './advise-indexes.js';
export type { WorkloadStatement } from './measure-workload.js';
export type { PlanFinding, PlanStep } from './plan-findings.js';
export { type AdviseOptions, type OptimizerTarget, QueryOptimizer } from './query-optimizer.js';
export type { QueryPlan } from './sqlite-plan.js';
