import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { realWorldTest as realWorld } from 'vitest-realworld';
import { fetchPackages, keyOf, type WantedPackage } from './support/fetch-packages.js';
import { countSinks, type JudgedSink, judgeSink } from './support/score-sinks.js';
import { makeSecretSamples, type SecretSample } from './support/secret-samples.js';
import {
  type KnownSink,
  type PackageVersion,
  readVulnerablePackages,
  type VulnerablePackage,
} from './support/vulnerable-packages.js';

const cacheFolder =
  process.env.REALWORLD_PACKAGE_CACHE ??
  fileURLToPath(new URL('../../.realworld/cache/packages', import.meta.url));
const engines = ['patterns', 'eslint-plugin-security', 'eslint-plugin-sonarjs'];
/** To fetch some two hundred archives takes minutes, which a shorter session has not, in milliseconds. */
const fetchDurationMinMs = 120_000;
/** Fewer of the labelled versions say too little. */
const versionsMin = 60;

function wantedVersions(packages: readonly VulnerablePackage[]): readonly WantedPackage[] {
  return packages.flatMap(({ name, vulnerable, fixed, sinks }) => {
    const wanted = (version: PackageVersion, files: readonly string[]) => ({
      name,
      ...version,
      files: [...new Set(files)],
    });
    const before = wanted(
      vulnerable,
      sinks.map(({ file }) => file),
    );
    const after = sinks.filter(({ fixedLine }) => fixedLine !== undefined).map(fileInFixed);
    return fixed === null || after.length === 0 ? [before] : [before, wanted(fixed, after)];
  });
}

function fileInFixed({ file, fixedFile }: KnownSink): string {
  return fixedFile ?? file;
}

realWorld.scenario(
  'finds the sinks of vulnerable published packages',
  { kind: 'learning' },
  async ({ hub, learning, record, signal, durationMs, skip }) => {
    if (durationMs < fetchDurationMinMs && !existsSync(cacheFolder)) {
      skip(
        `It fetches published packages first, into ${cacheFolder}: give it time once, with REALWORLD_TESTING_DURATION=2.`,
      );
    }
    const packages = readVulnerablePackages();
    const { sources, missing, downloaded } = await fetchPackages(wantedVersions(packages), {
      cacheFolder,
      signal,
    });
    const input = { capability: 'security_scanner' };
    record.metric('packages_missing', missing.size, 'versions', { ...input, context: { downloaded } });
    const scans = new Map<string, ReturnType<typeof hub.security_scanner.scanCode>>();
    let lines = 0;
    const scan = (name: string, version: string, file: string, isCounted: boolean) => {
      const key = `${keyOf({ name, version })}/${file}`;
      const source = sources.get(key);
      if (source === undefined) return undefined;
      const known = scans.get(key);
      if (known !== undefined) return known;
      const result = hub.security_scanner.scanCode(source, { path: file });
      scans.set(key, result);
      if (isCounted) lines += source.split('\n').length;
      return result;
    };
    const judged: JudgedSink[] = [];
    const versions = new Set<string>();
    const seen = new Set<ReturnType<typeof scan>>();
    for (const one of packages) {
      for (const sink of one.sinks) {
        signal.throwIfAborted();
        const before = scan(one.name, one.vulnerable.version, sink.file, true);
        if (before === undefined) continue;
        seen.add(before);
        versions.add(`${one.name}@${one.vulnerable.version}`);
        const after =
          one.fixed === null ? undefined : scan(one.name, one.fixed.version, fileInFixed(sink), false);
        judged.push(judgeSink(one, sink, before.findings, after?.findings));
      }
    }
    if (versions.size < versionsMin) {
      const [reason = 'no reason known'] = missing.values();
      skip(
        `Only ${versions.size} of ${packages.length} labelled package versions could be had: ${reason}. Run once with a package registry.`,
      );
    }
    const findings = [...seen].reduce((sum, result) => sum + (result?.findings.length ?? 0), 0);
    record.metric('findings_per_thousand_lines', findings / (lines / 1_000), 'findings/kloc', {
      ...input,
      context: { lines, findings },
    });
    const counts = countSinks(judged);
    const evaluation = learning.judge('security_scanner', {
      truePositives: counts.found,
      falseNegatives: counts.sinks - counts.found,
      falsePositives: counts.falseAlarms,
      trueNegatives: counts.mended - counts.falseAlarms,
    });
    const groups: readonly (readonly [string, readonly JudgedSink[], string?])[] = [
      ['held_out', judged.filter(({ heldOut }) => heldOut)],
      ...[...new Set(judged.map(({ cwe }) => cwe))].map(
        (cwe) => [cwe, judged.filter((sink) => sink.cwe === cwe)] as const,
      ),
      ...engines.map((engine) => [engine, judged, engine] as const),
    ];
    for (const [group, sinks, engine] of groups) {
      const { found, falseAlarms, stillDangerous, ...rest } = countSinks(sinks, engine);
      record.metric('sinks_found', found / rest.sinks, 'share', {
        ...input,
        context: { group, found, falseAlarms, stillDangerous, ...rest },
      });
    }
    const unjudged = judged.filter(({ inFixed }) => inFixed === 'unjudged');
    if (unjudged.length > 0) {
      record.issue({
        severity: 'low',
        issueType: 'unjudged_findings',
        ...input,
        description: `Findings at mended lines that nobody has looked at: ${unjudged.map(({ name }) => name).join(', ')}. They count as false alarms.`,
        suggestedFix: 'Look at each and write the verdict into vulnerable-packages.json.',
        reproducible: true,
      });
    }
    expect(evaluation.recall, 'share of sinks within two lines').toBeGreaterThanOrEqual(0.75);
    expect(unjudged.length, 'findings at mended lines without a verdict').toBeLessThanOrEqual(5);
  },
);

realWorld.scenario(
  'finds credentials by the formats of their providers',
  { kind: 'learning' },
  async ({ hub, record, seed }) => {
    const samples = makeSecretSamples(seed, 10);
    const found = new Set<SecretSample>();
    for (const sample of samples) {
      const findings = await hub.security_scanner.scanSecrets(sample.text, { path: 'settings.env' });
      if (findings.length > 0) found.add(sample);
    }
    const measure = (group: string, ofGroup: readonly SecretSample[]) => {
      const hits = ofGroup.filter((sample) => found.has(sample)).length;
      record.metric('secrets_found', hits / ofGroup.length, 'share', {
        capability: 'security_scanner',
        context: { group, found: hits, samples: ofGroup.length },
      });
    };
    const secrets = samples.filter(({ isSecret }) => isSecret);
    for (const format of new Set(secrets.map((sample) => sample.format))) {
      measure(
        format,
        secrets.filter((sample) => sample.format === format),
      );
    }
    const falsePositives = samples.filter((sample) => !sample.isSecret && found.has(sample)).length;
    record.metric('secret_false_positives', falsePositives, 'samples', {
      capability: 'security_scanner',
      context: { nearMisses: samples.length - secrets.length },
    });
    const recall = secrets.filter((sample) => found.has(sample)).length / secrets.length;
    expect(recall).toBeGreaterThanOrEqual(0.95);
    expect(falsePositives / samples.length).toBeLessThanOrEqual(0.05);
  },
);
