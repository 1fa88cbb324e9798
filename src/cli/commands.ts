import type { CommandEntry } from './command.js';

/** Every command, in the order in which the help names them. What a command needs is loaded when it is asked for. */
export const commands: readonly CommandEntry[] = [
  {
    usage: 'init',
    summary: 'Set this project up: plugin line, hub, one scenario, script, .gitignore',
    load: async () => (await import('./init.js')).initCommand,
  },
  {
    usage: 'run [...filters]',
    summary: "Run this project's scenarios, or the hub's own suites on a codebase",
    load: async () => (await import('./run.js')).runCommand,
  },
  {
    usage: 'watch',
    summary: 'Watch the sessions that run in other processes',
    load: async () => (await import('./watch.js')).watchCommand,
  },
  {
    usage: 'report [session]',
    summary: 'Print the report of a session, of the latest when none is named',
    load: async () => (await import('./report.js')).reportCommand,
  },
  {
    usage: 'sessions',
    summary: 'List the sessions, the newest first',
    load: async () => (await import('./sessions.js')).sessionsCommand,
  },
  {
    usage: 'analyze [session]',
    summary: "Analyse a session again with today's rules, store it, and say what changed",
    load: async () => (await import('./analyze.js')).analyzeCommand,
  },
  {
    usage: 'trend [session]',
    summary: 'Show the metrics of comparable runs up to a session, a line each',
    load: async () => (await import('./trend.js')).trendCommand,
  },
  {
    usage: 'baseline <action> [...words]',
    summary: 'set, list or rm: the runs that later ones are compared with',
    load: async () => (await import('./baseline.js')).baselineCommand,
  },
  {
    usage: 'compare <a> <b>',
    summary: 'Compare runs B with runs A: session, baseline:NAME, commit:SHA, or several with commas',
    load: async () => (await import('./compare.js')).compareCommand,
  },
  {
    usage: 'ab',
    summary: 'Compare the working tree with a commit, by runs of both in turns',
    load: async () => (await import('./ab.js')).abCommand,
  },
  {
    usage: 'calibrate',
    summary: "Measure this machine's noise, how often verdicts err, and what they can catch",
    load: async () => (await import('./calibrate.js')).calibrateCommand,
  },
  {
    usage: 'recover',
    summary: 'Store the sessions whose run was killed or whose database could not be used',
    load: async () => (await import('./recover.js')).recoverCommand,
  },
  {
    usage: 'export [...sessions]',
    summary: 'Write the rows of sessions as lines of JSON or as CSV',
    load: async () => (await import('./export.js')).exportCommand,
  },
  {
    usage: 'backup [file]',
    summary: 'Copy the database into a new file and check the copy, also while a run goes on',
    load: async () => (await import('./backup.js')).backupCommand,
  },
  {
    usage: 'restore <file>',
    summary: 'Put a backup in the place of the database, which is kept beside it',
    load: async () => (await import('./restore.js')).restoreCommand,
  },
  {
    usage: 'maintain',
    summary: 'Move old sessions into archives and give the room back; says first what it would do',
    load: async () => (await import('./maintain.js')).maintainCommand,
  },
  {
    usage: 'merge [...files]',
    summary: 'Add the sessions of other databases, such as those of CI shards',
    load: async () => (await import('./merge.js')).mergeCommand,
  },
  {
    usage: 'serve',
    summary: 'Serve the reports as pages on this machine, live while sessions run',
    load: async () => (await import('./serve.js')).serveCommand,
  },
  {
    usage: 'config',
    summary: 'Show the options in force, and where each value comes from',
    load: async () => (await import('./config.js')).configCommand,
  },
  {
    usage: 'verify',
    summary: 'Check the installation, the configuration, the hub and the database',
    load: async () => (await import('./verify.js')).verifyCommand,
  },
  {
    usage: 'demo',
    summary: 'A guided tour of five minutes on a small real system',
    load: async () => (await import('./demo.js')).demoCommand,
  },
  {
    usage: 'completion [shell]',
    summary: 'Print the completion of bash, zsh or fish: commands, options, ids of sessions',
    load: async () => (await import('./completion.js')).completionCommand,
  },
];
