export { type MathAnswer, MathEngine, type MathEngineOptions, type MathSolution } from './math-engine.js';
