/**
 * The schema, as ordered migrations. Migration 1 is the customer's: five tables and five indexes whose names and
 * columns never change, so that SQL written for them keeps running. Later ones add.
 */
export interface Migration {
  readonly version: number;
  readonly sql: string;
}

/** `application_id` of a database of this tool: "RWTS". */
export const applicationId = 0x52_57_54_53;

export const customerTables = [
  'test_sessions',
  'activities',
  'performance_metrics',
  'issues',
  'improvement_suggestions',
] as const;

export const customerIndexes = [
  'idx_activities_session',
  'idx_activities_capability',
  'idx_metrics_session',
  'idx_issues_session',
  'idx_issues_severity',
] as const;

const customerSchema = `
CREATE TABLE IF NOT EXISTS test_sessions (
    session_id TEXT PRIMARY KEY,
    project_path TEXT NOT NULL,
    start_time TEXT NOT NULL,
    end_time TEXT,
    duration_minutes INTEGER NOT NULL,
    status TEXT NOT NULL,
    total_activities INTEGER DEFAULT 0,
    total_errors INTEGER DEFAULT 0,
    avg_response_time REAL DEFAULT 0,
    avg_cpu_usage REAL DEFAULT 0,
    avg_memory_usage REAL DEFAULT 0,
    overall_score REAL DEFAULT 0,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE IF NOT EXISTS activities (
    activity_id TEXT PRIMARY KEY,
    session_id TEXT NOT NULL,
    timestamp TEXT NOT NULL,
    capability TEXT NOT NULL,
    activity_type TEXT NOT NULL,
    description TEXT,
    response_time_ms REAL,
    cpu_before REAL,
    cpu_after REAL,
    memory_before_mb REAL,
    memory_after_mb REAL,
    success BOOLEAN,
    error_message TEXT,
    result_data TEXT,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    FOREIGN KEY (session_id) REFERENCES test_sessions(session_id)
);
CREATE INDEX IF NOT EXISTS idx_activities_session ON activities(session_id);
CREATE INDEX IF NOT EXISTS idx_activities_capability ON activities(capability);
CREATE TABLE IF NOT EXISTS performance_metrics (
    metric_id TEXT PRIMARY KEY,
    session_id TEXT NOT NULL,
    timestamp TEXT NOT NULL,
    capability TEXT NOT NULL,
    metric_type TEXT NOT NULL,
    value REAL NOT NULL,
    unit TEXT NOT NULL,
    context TEXT,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    FOREIGN KEY (session_id) REFERENCES test_sessions(session_id)
);
CREATE INDEX IF NOT EXISTS idx_metrics_session ON performance_metrics(session_id);
CREATE TABLE IF NOT EXISTS issues (
    issue_id TEXT PRIMARY KEY,
    session_id TEXT NOT NULL,
    timestamp TEXT NOT NULL,
    severity TEXT NOT NULL,
    capability TEXT NOT NULL,
    issue_type TEXT NOT NULL,
    description TEXT,
    suggested_fix TEXT,
    reproducible BOOLEAN,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    FOREIGN KEY (session_id) REFERENCES test_sessions(session_id)
);
CREATE INDEX IF NOT EXISTS idx_issues_session ON issues(session_id);
CREATE INDEX IF NOT EXISTS idx_issues_severity ON issues(severity);
CREATE TABLE IF NOT EXISTS improvement_suggestions (
    suggestion_id INTEGER PRIMARY KEY AUTOINCREMENT,
    session_id TEXT NOT NULL,
    timestamp TEXT NOT NULL,
    category TEXT NOT NULL,
    priority TEXT NOT NULL,
    suggestion TEXT NOT NULL,
    rationale TEXT,
    estimated_impact TEXT,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    FOREIGN KEY (session_id) REFERENCES test_sessions(session_id)
);
`;

/**
 * Whole numbers take one to three bytes in a row, zero none and fractions eight, which counts at a million rows a session; so
 * growth is kept, which is often zero, and what it leads to is computed.
 */
const scenariosAndMeasures = `
CREATE TABLE scenarios (
    scenario_id INTEGER PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES test_sessions(session_id) ON DELETE CASCADE,
    task_id TEXT NOT NULL,
    name TEXT NOT NULL,
    file TEXT NOT NULL,
    line INTEGER,
    kind TEXT NOT NULL,
    seed INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    start_time TEXT,
    duration_ms REAL,
    outcome TEXT NOT NULL,
    error_message TEXT,
    UNIQUE (session_id, task_id)
);
CREATE TABLE activity_aggregates (
    session_id TEXT NOT NULL REFERENCES test_sessions(session_id) ON DELETE CASCADE,
    scenario_id INTEGER NOT NULL,
    capability TEXT NOT NULL,
    activity_type TEXT NOT NULL,
    calls INTEGER NOT NULL,
    rows_kept INTEGER NOT NULL,
    errors INTEGER NOT NULL,
    errors_under_fault INTEGER NOT NULL,
    timeouts INTEGER NOT NULL,
    crashes INTEGER NOT NULL,
    total_ms REAL NOT NULL,
    max_ms REAL NOT NULL,
    cpu_time_ms REAL NOT NULL,
    excellent_calls INTEGER NOT NULL,
    good_calls INTEGER NOT NULL,
    acceptable_calls INTEGER NOT NULL,
    poor_calls INTEGER NOT NULL,
    first_result_calls INTEGER NOT NULL,
    first_result_total_ms REAL NOT NULL,
    blocking_calls INTEGER NOT NULL,
    rss_growth_max_bytes INTEGER NOT NULL,
    allocated_kb INTEGER NOT NULL DEFAULT 0,
    slowest_activity_id TEXT NOT NULL,
    failed_activity_id TEXT,
    blocking_activity_id TEXT,
    rss_growth_activity_id TEXT,
    latency_histogram TEXT NOT NULL,
    overlapped_histogram TEXT NOT NULL,
    window_ms INTEGER NOT NULL,
    windows TEXT NOT NULL,
    PRIMARY KEY (session_id, scenario_id, capability, activity_type)
) WITHOUT ROWID;
ALTER TABLE test_sessions ADD COLUMN seed INTEGER;
ALTER TABLE test_sessions ADD COLUMN environment TEXT;
ALTER TABLE test_sessions ADD COLUMN stop_reason TEXT;
ALTER TABLE test_sessions ADD COLUMN capabilities TEXT;
ALTER TABLE test_sessions ADD COLUMN score_weights TEXT;
ALTER TABLE test_sessions ADD COLUMN gate TEXT;
ALTER TABLE activities ADD COLUMN scenario_id INTEGER REFERENCES scenarios(scenario_id);
ALTER TABLE activities ADD COLUMN outcome TEXT;
ALTER TABLE activities ADD COLUMN error_type TEXT;
ALTER TABLE activities ADD COLUMN attempt INTEGER;
ALTER TABLE activities ADD COLUMN worker_pid INTEGER;
ALTER TABLE activities ADD COLUMN parent_id TEXT;
ALTER TABLE activities ADD COLUMN fault TEXT;
ALTER TABLE activities ADD COLUMN overlapping INTEGER;
ALTER TABLE activities ADD COLUMN cpu_time_ms REAL;
ALTER TABLE activities ADD COLUMN first_result_ms REAL;
ALTER TABLE activities ADD COLUMN heap_before_kb INTEGER;
ALTER TABLE activities ADD COLUMN heap_growth_kb INTEGER;
ALTER TABLE activities ADD COLUMN external_before_kb INTEGER;
ALTER TABLE activities ADD COLUMN external_growth_kb INTEGER;
ALTER TABLE activities ADD COLUMN event_loop_percent INTEGER;
ALTER TABLE activities ADD COLUMN heap_after_kb INTEGER GENERATED ALWAYS AS (heap_before_kb + heap_growth_kb) VIRTUAL;
ALTER TABLE activities ADD COLUMN external_after_kb INTEGER
    GENERATED ALWAYS AS (external_before_kb + external_growth_kb) VIRTUAL;
ALTER TABLE performance_metrics ADD COLUMN scenario_id INTEGER REFERENCES scenarios(scenario_id);
ALTER TABLE issues ADD COLUMN scenario_id INTEGER REFERENCES scenarios(scenario_id);
ALTER TABLE issues ADD COLUMN evidence_activity_id TEXT;
ALTER TABLE issues ADD COLUMN source TEXT NOT NULL DEFAULT 'scenario';
ALTER TABLE improvement_suggestions ADD COLUMN issue_id TEXT;
CREATE INDEX idx_activities_failed ON activities(session_id) WHERE NOT success;
`;

/** What a baseline rests on is copied, and refers to no session, because it outlives them. */
const baselines = `
CREATE TABLE baselines (
    baseline_id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    project_path TEXT NOT NULL,
    environment_key TEXT NOT NULL,
    note TEXT,
    created_at TEXT NOT NULL,
    UNIQUE (name, project_path, environment_key)
);
CREATE TABLE baseline_runs (
    baseline_id INTEGER NOT NULL REFERENCES baselines(baseline_id) ON DELETE CASCADE,
    session_id TEXT NOT NULL,
    start_time TEXT NOT NULL,
    commit_hash TEXT,
    PRIMARY KEY (baseline_id, session_id)
) WITHOUT ROWID;
CREATE TABLE baseline_statistics (
    baseline_id INTEGER NOT NULL,
    session_id TEXT NOT NULL,
    file TEXT NOT NULL,
    scenario TEXT NOT NULL,
    capability TEXT NOT NULL,
    activity_type TEXT NOT NULL,
    metric TEXT NOT NULL,
    value REAL NOT NULL,
    calls INTEGER NOT NULL,
    PRIMARY KEY (baseline_id, session_id, file, scenario, capability, activity_type, metric),
    FOREIGN KEY (baseline_id, session_id) REFERENCES baseline_runs(baseline_id, session_id) ON DELETE CASCADE
) WITHOUT ROWID;
`;

/** A page draws them beside what the machine used. */
const safetyLimits = 'ALTER TABLE test_sessions ADD COLUMN safety_limits TEXT;';

/** Null in most rows, which takes a byte of each. */
const stalls = `
ALTER TABLE activities ADD COLUMN longest_stall_ms INTEGER;
ALTER TABLE activity_aggregates ADD COLUMN blocking_max_ms REAL NOT NULL DEFAULT 0;
`;

export const migrations: readonly Migration[] = [
  { version: 1, sql: customerSchema },
  { version: 2, sql: scenariosAndMeasures },
  { version: 3, sql: baselines },
  { version: 4, sql: safetyLimits },
  { version: 5, sql: stalls },
];

export const newestVersion = migrations.at(-1)?.version ?? 0;
