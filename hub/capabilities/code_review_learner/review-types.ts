/** Code that people agreed on, and what they changed on the way. */
export interface Review {
  /** The code as it was handed in; left out for code that is simply accepted. */
  readonly before?: string;
  /** The code as it was accepted. */
  readonly after: string;
  /** What the reviewers said. */
  readonly comments?: readonly string[];
  /** Path of the file; its extension decides how it is read. @default JavaScript */
  readonly path?: string;
  /** Where the review comes from, such as the address of a pull request. @default the path */
  readonly source?: string;
}

export interface IngestResult {
  /** Places in the accepted code that speak for or against a convention. */
  readonly places: number;
  /** Conventions that the change from before to after taught, by their identifiers. */
  readonly taught: readonly string[];
  /** Phrases that the change replaced, as learnt. */
  readonly corrections: readonly { readonly before: string; readonly after: string }[];
  /** Changes from which nothing can be learnt, with the reason. */
  readonly notLearnt: readonly string[];
}

/** A convention, with what it stands on. */
export interface StyleRule {
  /** Such as `quotes.single`. */
  readonly id: string;
  readonly statement: string;
  /** Places in accepted code where the code had a choice. */
  readonly support: number;
  /** Share of these places that keep to it, 0 to 1. */
  readonly confidence: number;
  /** Lower end of the 95 % interval of the confidence (Wilson 1927). */
  readonly confidenceLow: number;
  /** Accepted texts that hold such a place. */
  readonly texts: number;
  /** Reviews in which it was corrected. */
  readonly corrections: number;
  /** At most five: reviews that taught it first, then accepted texts. */
  readonly sources: readonly string[];
}

export interface StyleGuide {
  /** Conventions that hold, the best supported first. */
  readonly rules: readonly StyleRule[];
  /** Phrases that reviews replaced. */
  readonly corrections: readonly PhraseRule[];
  /** Questions of style on which the code does not agree, or says too little. */
  readonly undecided: readonly StyleRule[];
}

export interface PhraseRule {
  readonly before: string;
  /** Empty when it was only removed. */
  readonly after: string;
  /** Reviews that replaced it. */
  readonly support: number;
  /** Places in accepted code that hold it all the same. */
  readonly contradictions: number;
  readonly comments: readonly string[];
  readonly sources: readonly string[];
}

/** A place that departs from what was learnt. Lines and columns begin at 1. */
export interface Deviation {
  /** Identifier of the convention, or `correction`. */
  readonly rule: string;
  readonly message: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly support: number;
  readonly confidence: number;
  readonly learntFrom: readonly string[];
}
