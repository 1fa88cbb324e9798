import { CapabilityError } from '../../errors.js';
import { findUnusualCounts } from './burst-test.js';
import { LogModel, type LogTemplate } from './log-model.js';

export interface TemplateOptions {
  /** Where the lines come from; given back with the result. */
  readonly source?: string;
  /** Share of equal words from which a line belongs to a group, 0 to 1. @default 0.5 */
  readonly similarity?: number;
  /** How many words lead through the tree, 1 to 8. @default 4 */
  readonly depth?: number;
}

export interface TemplateSummary {
  /** Most frequent first. */
  readonly templates: readonly LogTemplate[];
  /** Id of the template of each line, in the order of the lines. */
  readonly templateOfLine: readonly number[];
  readonly lines: number;
  /** Lines of which only the first 4,096 characters were looked at. */
  readonly cutLines: number;
  readonly source?: string;
}

/** Something in a log that what was learnt does not let expect. */
export type LogAnomaly =
  | {
      readonly kind: 'unknown-line';
      readonly line: string;
      /** Position among the lines, or within its window. */
      readonly at: number;
      readonly window?: number;
    }
  | {
      readonly kind: 'burst' | 'drop';
      readonly template: LogTemplate;
      readonly window: number;
      readonly count: number;
      /** Mean count of the other windows. */
      readonly expected: number;
      /** Probability of such a count when nothing has changed, corrected for the number of comparisons. */
      readonly probability: number;
    };

const windowsMin = 5;
const falseAlarmRate = 0.01;

/**
 * Finds the forms of log lines with Drain (He et al. 2017), tells which form a line has, and what is unusual. What was learnt is
 * held in memory.
 */
export class LogAnalyzer {
  #model: LogModel | undefined;

  /**
   * Learns the templates of the lines; what was learnt before is forgotten.
   *
   * @throws CapabilityError BAD_INPUT when similarity or depth is out of range
   */
  templates(lines: readonly string[], options: TemplateOptions = {}): TemplateSummary {
    const { similarity = 0.5, depth = 4 } = options;
    if (!(similarity >= 0 && similarity <= 1)) {
      throw new CapabilityError('BAD_INPUT', `Similarity ${similarity} is not a number from 0 to 1.`);
    }
    if (!Number.isInteger(depth) || depth < 1 || depth > 8) {
      throw new CapabilityError('BAD_INPUT', `Depth ${depth} is not a whole number from 1 to 8.`);
    }
    const model = new LogModel(lines, { similarity, depth });
    this.#model = model;
    return {
      templates: [...model.templates].sort((a, b) => b.count - a.count || a.id - b.id),
      templateOfLine: model.templateOfLine,
      lines: lines.length,
      cutLines: model.cutLines,
      ...(options.source === undefined ? {} : { source: options.source }),
    };
  }

  /**
   * The template of a line, undefined when none that was learnt fits.
   *
   * @throws CapabilityError NOT_INDEXED before the first `templates`
   */
  classify(line: string): LogTemplate | undefined {
    return this.#learnt().classify(line);
  }

  /**
   * Lines without a template; of windows also the templates that come more or less often in one window than the others let
   * expect. Of logs in which nothing has changed at most 1 in 100 gives a false burst or drop, as long as counts scatter alike
   * in all windows.
   *
   * @param input lines, or at least 5 windows of lines that took equally long
   * @throws CapabilityError NOT_INDEXED before the first `templates`, BAD_INPUT for 1 to 4 windows or a mixture of lines and windows
   */
  anomalies(input: readonly string[] | readonly (readonly string[])[]): readonly LogAnomaly[] {
    const model = this.#learnt();
    if (input.every((part) => typeof part === 'string')) return unknownLines(model, input);
    if (!input.every((part) => typeof part !== 'string')) {
      throw new CapabilityError('BAD_INPUT', 'Lines and windows are mixed. Give either of them.');
    }
    if (input.length < windowsMin) {
      throw new CapabilityError(
        'BAD_INPUT',
        `${input.length} windows are too few to tell what is usual. Give at least ${windowsMin}.`,
      );
    }
    return [
      ...input.flatMap((lines, window) =>
        unknownLines(model, lines).map((anomaly) => ({ ...anomaly, window })),
      ),
      ...unusualWindows(model, input),
    ];
  }

  /** Forgets what was learnt. */
  dispose(): void {
    this.#model = undefined;
  }

  #learnt(): LogModel {
    if (this.#model === undefined) {
      throw new CapabilityError('NOT_INDEXED', 'No log was learnt. Call templates() with its lines first.');
    }
    return this.#model;
  }
}

function unknownLines(model: LogModel, lines: readonly string[]) {
  return lines.flatMap((line, at) =>
    model.classify(line) === undefined ? [{ kind: 'unknown-line' as const, line, at }] : [],
  );
}

function unusualWindows(model: LogModel, windows: readonly (readonly string[])[]): readonly LogAnomaly[] {
  const counts = new Map<LogTemplate, number[]>();
  for (const [window, lines] of windows.entries()) {
    for (const line of lines) {
      const template = model.classify(line);
      if (template === undefined) continue;
      const ofTemplate = counts.get(template) ?? new Array<number>(windows.length).fill(0);
      ofTemplate[window] = (ofTemplate[window] ?? 0) + 1;
      counts.set(template, ofTemplate);
    }
  }
  // Either side of every count is a comparison of its own (Bonferroni).
  const comparisons = 2 * counts.size * windows.length;
  return [...counts]
    .flatMap(([template, ofTemplate]) =>
      findUnusualCounts(ofTemplate, falseAlarmRate / comparisons).map((unusual) => ({
        ...unusual,
        template,
        probability: Math.min(1, unusual.probability * comparisons),
      })),
    )
    .sort((a, b) => a.probability - b.probability);
}
