/** Tables of error_recovery. Times are milliseconds since the epoch. */
export const recoverySchema = `
  CREATE TABLE IF NOT EXISTS error_recovery_runs (
    id TEXT PRIMARY KEY,
    nonce TEXT NOT NULL,
    step_names TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    finished_at INTEGER,
    owner_pid INTEGER NOT NULL,
    owner_start TEXT NOT NULL,
    owner_thread INTEGER NOT NULL,
    lease TEXT,
    failed_step TEXT,
    error TEXT
  ) STRICT;
  CREATE TABLE IF NOT EXISTS error_recovery_attempts (
    run_id TEXT NOT NULL REFERENCES error_recovery_runs (id) ON DELETE CASCADE,
    step_index INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    PRIMARY KEY (run_id, step_index)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS error_recovery_checkpoints (
    run_id TEXT NOT NULL REFERENCES error_recovery_runs (id) ON DELETE CASCADE,
    step_index INTEGER NOT NULL,
    step TEXT NOT NULL,
    result TEXT NOT NULL,
    idempotency_key TEXT NOT NULL UNIQUE,
    attempts INTEGER NOT NULL,
    committed_at INTEGER NOT NULL,
    PRIMARY KEY (run_id, step_index)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS error_recovery_effects (
    run_id TEXT NOT NULL REFERENCES error_recovery_runs (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    step_index INTEGER NOT NULL,
    PRIMARY KEY (run_id, key)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS error_recovery_errors (
    number INTEGER PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    pattern TEXT NOT NULL,
    run_nonce TEXT NOT NULL,
    run_id TEXT NOT NULL,
    step TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    owner TEXT NOT NULL,
    failed_at INTEGER NOT NULL,
    recovered_at INTEGER,
    recovery_attempt INTEGER,
    recovery_owner TEXT,
    remedy TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS error_recovery_errors_by_fingerprint ON error_recovery_errors (fingerprint);
  CREATE INDEX IF NOT EXISTS error_recovery_errors_by_run ON error_recovery_errors (run_nonce, step);
`;
